/**
 * The reference: everything has a page, examples on it are what was executed, and tables say what
 * the definitions say.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { COMMANDS as CLI_COMMANDS } from "../../../../src/cli/commands.ts";
import { DRIVERS } from "../../../../src/drivers/registry.ts";
import { COMMANDS } from "../../../../src/graph/commands.ts";
import { EMPTY_GRAPH } from "../../../../src/graph/graph.ts";
import { PROFILES, profile } from "../../../../src/graph/profile.ts";
import { readLogOrScript } from "../../../../src/log/script.ts";
import { explain } from "../../../../src/report/explain/explanation.ts";
import type { PageDocument } from "../../../../src/report/site/page-document.ts";
import { DOCUMENTS } from "../../../../src/report/site/reference/documents.ts";
import { driverPages } from "../../../../src/report/site/reference/driver-pages.ts";
import { exampleText } from "../../../../src/report/site/reference/example-blocks.ts";
import {
  inputSchema,
  propertyRows,
  readJsonSchema,
} from "../../../../src/report/site/reference/json-schema.ts";
import { blockgraph, execute, PROGRAM } from "../../../cli/blockgraph.ts";
import { blocksOf, inlinesOf, sitePages } from "../../../support/site-pages.ts";
import { inTemporaryFolder } from "../../../support/temporary-folder.ts";

const pages = new Map((await sitePages()).map((page) => [page.path, page]));

function page(path: string): PageDocument {
  const found = pages.get(path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
}

/** The code on a page that a shell takes. */
const shellOf = (path: string) =>
  blocksOf(page(path)).flatMap((block) =>
    block.kind === "code" && block.language === "sh" ? [block.text] : [],
  );

describe("there is a page", () => {
  const wanted = [
    ...[...DRIVERS.keys()].map((name) => `reference/drivers/${name}`),
    ...[...COMMANDS.keys()].map((name) => `reference/qmp/${name}`),
    ...CLI_COMMANDS.map(({ name }) => `reference/cli/${name}`),
    ...DOCUMENTS.map(({ name }) => `reference/schemas/${name}`),
  ];

  test("of every driver, command and document, and it is listed", () => {
    const listed = inlinesOf(page("reference").blocks).flatMap((piece) =>
      typeof piece !== "string" && piece.kind === "link" ? [piece.to] : [],
    );
    for (const path of wanted) {
      expect(pages.has(path), path).toBe(true);
      expect(listed).toContain(path);
    }
  });

  test("of every document that `blockgraph schema` knows, and of no other", async () => {
    const { stdout } = await blockgraph(["schema", "--help"]);
    for (const { name } of DOCUMENTS) expect(stdout).toContain(`"${name}"`);
    expect(stdout.match(/choices: ([^)]*)/)?.[1]?.split(",")).toHaveLength(DOCUMENTS.length);
  });
});

describe.each(CLI_COMMANDS)("the page of blockgraph $name", ({ name }) => {
  test("has the examples of its help, which test/cli executes, and all its options", async () => {
    const { stdout } = await blockgraph([name, "--help"]);
    const examples = stdout.split("\n").flatMap((line) => /^ *\$ (.*)$/.exec(line)?.[1] ?? []);
    expect(examples).not.toEqual([]);
    expect(shellOf(`reference/cli/${name}`)).toContain(`${examples.join("\n")}\n`);
    const text = JSON.stringify(page(`reference/cli/${name}`));
    const terms = blocksOf(page(`reference/cli/${name}`)).flatMap((block) =>
      block.kind === "terms" ? block.rows : [],
    );
    for (const { text: meaning } of terms) expect(meaning[0]).toMatch(/.{5,}/);
    for (const [, flag] of stdout.matchAll(/^ {2}(--[a-z-]+)/gm)) expect(text).toContain(flag);
  });
});

/** The commands of an example as `blockgraph explain` reads them from its file. */
async function refusals(text: string): Promise<string[]> {
  const rules = PROFILES.find((name) => text.includes(`--profile ${name}\n`));
  const script = /<< 'END'\n([\s\S]*)END\n/.exec(text)?.[1];
  if (rules === undefined || script === undefined) throw new Error(`no example: ${text}`);
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "example.jsonl");
    writeFileSync(path, script);
    const read = readLogOrScript(path);
    const bodies = read.type === "script" ? read.bodies : [];
    const commands = bodies.flatMap((body) => (body.kind === "qmp" ? [body] : []));
    expect(commands).not.toEqual([]);
    const given = commands.map(({ execute: name, arguments: args }) => ({
      ...{ execute: name, arguments: args },
    }));
    const context = { drivers: DRIVERS, profile: profile(rules) };
    return explain(EMPTY_GRAPH, given, context).commands.flatMap((each) =>
      each.verdict === "refused" ? [JSON.stringify(each)] : [],
    );
  });
}

describe("examples", () => {
  const examples = [...DRIVERS.values()]
    .map(({ name, manual }) => ({ path: `reference/drivers/${name}`, example: manual.example }))
    .concat(
      [...COMMANDS.values()].map(({ name, example }) => ({
        ...{ path: `reference/qmp/${name}`, example: [...example] },
      })),
    );

  test.each(examples)("of $path are accepted as they stand", async ({ path, example }) => {
    const text = exampleText(example);
    expect(shellOf(path)).toContain(text);
    expect(await refusals(text)).toEqual([]);
  });

  test("can be pasted into a shell", async () => {
    const [text = ""] = shellOf("reference/drivers/snapshot-access");
    const shim = `blockgraph() { "${process.execPath}" "${PROGRAM}" "$@"; }\n`;
    await inTemporaryFolder(async (folder) => {
      const pasted = await execute("sh", ["-e", "-c", `${shim}${text}`], { cwd: folder });
      expect(pasted).toMatchObject({ code: 0, stderr: "" });
      expect(pasted.stdout).toContain("snapshot-access");
    });
  });
});

describe.each(DOCUMENTS)("the page of $name", ({ name, schema }) => {
  const described = readJsonSchema(schema());
  const text = () => JSON.stringify(page(`reference/schemas/${name}`));

  test("says what each kind is, if there are several", () => {
    for (const { properties, description } of described.anyOf ?? []) {
      expect(description ?? "", String(properties?.kind?.const)).not.toBe("");
      expect(text()).toContain(JSON.stringify(description));
    }
  });

  test("says of every property what it means, as its JSON Schema does", () => {
    const rows = propertyRows(described);
    expect(rows.filter(({ description }) => description === "").map(({ path }) => path)).toEqual(
      [],
    );
    for (const { path } of rows) expect(text()).toContain(JSON.stringify(path));
  });
});

describe("the page of a driver", () => {
  const cells = (path: string, caption: string) =>
    blocksOf(page(path)).flatMap((block) =>
      block.kind === "table" && block.caption === caption
        ? block.rows.map((row) =>
            row.map(({ text }) =>
              text.map((it) => (typeof it === "string" ? it : it.text)).join(""),
            ),
          )
        : [],
    );

  test("has the permissions of its rule, by profile where they differ", () => {
    const hook = cells("reference/drivers/copy-before-write", "Permissions of copy-before-write");
    expect(hook).toContainEqual(["file", "nobody", "nothing", "everything", "all"]);
    expect(hook).toContainEqual([
      ...["target", "a guest that writes", "write"],
      ...["consistent read, write, write unchanged", "all"],
    ]);
    const window = cells("reference/drivers/quorum", "Permissions of quorum");
    expect(window[0]?.[3]).toBe("consistent read, write unchanged");
  });

  test("has a place for pictures of its charts", () => {
    const picture = { kind: "paragraph", text: ["a picture"] } as const;
    const made = driverPages(({ name }) => (name === "qcow2" ? [picture] : []));
    const [with_] = made.filter(({ blocks }) => blocks.includes(picture));
    expect(with_?.path).toBe("reference/drivers/qcow2");
  });
});

describe("tables of schemas", () => {
  test("say names, types, defaults, and what is inside", () => {
    const schema = z.strictObject({
      mode: z.enum(["safe", "hard"]).default("safe").meta({ description: "how" }),
      "x-perf": z.strictObject({ workers: z.int() }).optional(),
      list: z.array(z.strictObject({ name: z.string().nullable() })),
    });
    expect(propertyRows(inputSchema(schema))).toEqual([
      {
        ...{ path: "mode", type: '"safe" or "hard"', required: false },
        ...{ byDefault: '"safe"', description: "how" },
      },
      { path: "x-perf", type: "object", required: false, byDefault: null, description: "" },
      { path: "x-perf.workers", type: "integer", required: true, byDefault: null, description: "" },
      { path: "list", type: "list of object", required: true, byDefault: null, description: "" },
      {
        ...{ path: "list[].name", type: "string or null", required: true },
        ...{ byDefault: null, description: "" },
      },
    ]);
  });
});
