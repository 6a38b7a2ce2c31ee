/**
 * The pages of the site: every link leads somewhere, everything that stands on a page once has a
 * name of its own, and what is not known is said with the command that finds it out.
 */
import { instance } from "@viz-js/viz";
import { beforeAll, describe, expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { describedCommands } from "../../../src/cli/described-commands.ts";
import { gatherModel } from "../../../src/cli/report/gather.ts";
import { gatherSketches } from "../../../src/cli/report/gather-sketches.ts";
import { gatherSurgeries } from "../../../src/cli/report/gather-surgeries.ts";
import { parseRecords } from "../../../src/report/player/read-records.ts";
import { repairedBy, repairOf } from "../../../src/report/site/model/pairs.ts";
import type { Block, PageDocument } from "../../../src/report/site/page-document.ts";
import { PAGE_KINDS } from "../../../src/report/site/page-kinds.ts";
import type { SiteInput } from "../../../src/report/site/site-input.ts";
import { inTemporaryFolder } from "../../support/temporary-folder.ts";

/** Looked at whole; of all others it is looked at what they say without anything being run. */
const RUN = ["break-snapshot-race", "break-snapshot", "overlap"];

const damaged = parseRecords('{"v":9,"kind":"</script>"}\n{"v"');

let pages: PageDocument[] = [];

beforeAll(async () => {
  await inTemporaryFolder(async (folder) => {
    const models = [];
    for (const model of MODELS.values()) {
      const seconds = RUN.includes(model.name) ? 20 : null;
      models.push(await gatherModel(model, { reports: folder, out: folder, seconds }));
    }
    const sketches = await gatherSketches({ reports: folder, out: folder, seconds: 20 });
    const logs = [
      { file: "a log.jsonl", content: damaged },
      { file: "a-log.json", content: damaged },
    ];
    const nothing = { conform: null, previous: null, source: () => "export {};" };
    const rest = {
      logs,
      surgeries: gatherSurgeries({ reports: folder, out: folder, seconds: 20 }),
      commands: await describedCommands(COMMANDS),
      ...nothing,
    };
    const input: SiteInput = { viz: await instance(), models, sketches, ...rest };
    pages = PAGE_KINDS.flatMap(({ make }) => [...make(input)]);
  });
}, 120_000);

/** All blocks of a page, also those in others. */
function blocksOf(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) =>
    block.kind === "details" ? [block, ...blocksOf(block.blocks)] : [block],
  );
}

/** Whatever has a `to`, wherever it stands. */
function linksIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "link" && "to" in value) return [String(value.to)];
  return Object.values(value).flatMap(linksIn);
}

function page(path: string): PageDocument {
  const found = pages.find((each) => each.path === path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
}

function playersOf({ blocks }: PageDocument) {
  return blocksOf(blocks).flatMap((block) => (block.kind === "player" ? block.traces : []));
}

describe("every page", () => {
  test("has a path of its own, and leads to pages and places that are there", () => {
    const paths = new Map(pages.map((each) => [each.path, each]));
    expect(paths.size).toBe(pages.length);
    for (const { path, blocks, trail } of pages) {
      for (const to of [...trail.map((above) => above.path), ...linksIn(blocks)]) {
        if (to.startsWith("https://")) continue;
        const [target = "", anchor] = (to.startsWith("#") ? path + to : to).split("#");
        const there = paths.get(target);
        expect(there, `${path} leads to ${to}`).toBeDefined();
        if (there === undefined || anchor === undefined) continue;
        const anchors = blocksOf(there.blocks).flatMap((block) => {
          return block.kind === "heading" ? [block.anchor] : [];
        });
        const traces = playersOf(there).map(({ id }) => id);
        expect([...anchors, ...traces], `${path} leads to ${to}`).toContain(anchor.split("/")[0]);
      }
    }
    const entries = PAGE_KINDS.flatMap((kind) => kind.entries.map(({ path }) => path));
    for (const entry of entries) expect(paths.has(entry)).toBe(true);
  });

  test("has traces and anchors that differ, and tables with names as wide as rows", () => {
    for (const each of pages) {
      const ids = playersOf(each).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const blocks = blocksOf(each.blocks);
      const anchors = blocks.flatMap((block) => (block.kind === "heading" ? [block.anchor] : []));
      expect(new Set(anchors).size, each.path).toBe(anchors.length);
      for (const block of blocks) {
        if (block.kind !== "table") continue;
        for (const row of block.rows) expect(row).toHaveLength(block.columns.length);
        for (const { title } of block.columns) expect(title, each.path).not.toBe("");
      }
    }
  });
});

describe("the page of a model", () => {
  test("is there for every model, says its idea, and draws its graph", () => {
    for (const { name, idea } of MODELS.values()) {
      const { blocks } = page(`models/${name}`);
      expect(JSON.stringify(blocks)).toContain(JSON.stringify(idea).slice(1, -1));
      expect(blocks.some(({ kind }) => kind === "picture")).toBe(true);
    }
  });

  test("that is violated has the shortest counterexample, beside it the repair that holds", () => {
    const [wrong, repaired] = playersOf(page("models/break-snapshot-race"));
    expect(wrong?.steps.some(({ wrong }) => wrong !== null)).toBe(true);
    const judged = repaired?.steps.flatMap(({ judged }) => judged.map(({ status }) => status));
    expect(judged).toContain("holds");
    expect(judged).not.toContain("violated");
    expect(repaired?.notices).toEqual([]);
  });

  test("leads to a step at which it goes wrong", () => {
    const [trace] = playersOf(page("models/break-snapshot-race"));
    const links = linksIn(page("models/break-snapshot-race").blocks);
    const positions = links.flatMap((to) => /#counterexample\/(\d+)$/.exec(to)?.[1] ?? []);
    expect(trace?.steps[Number(positions.at(-1)) - 1]?.wrong).not.toBeNull();
  });

  test("has a page for every mutant that was caught, at whose end its property is broken", () => {
    const mutants = MODELS.get("overlap")?.mutants ?? [];
    const shown = mutants.filter(({ name }) =>
      pages.some((p) => p.path === `models/overlap/${name}`),
    );
    expect(shown.length).toBeGreaterThan(2);
    for (const { name, caughtBy } of shown) {
      const [trace] = playersOf(page(`models/overlap/${name}`));
      const [judged] = trace?.steps.at(-1)?.judged.filter((j) => j.status === "violated") ?? [];
      expect(trace?.properties[judged?.property ?? -1]?.name, name).toBe(caughtBy);
    }
  });

  test("says what finds out what is not known", () => {
    for (const name of MODELS.keys()) {
      const text = JSON.stringify(page(`models/${name}`).blocks);
      expect(text).toContain(`npx blockgraph check ${name}`);
      expect(text).toContain(`npx blockgraph verify ${name}`);
    }
  });
});

test("a log of which nothing can be replayed has a page that says so, and shows its lines", () => {
  const { blocks } = page("logs/a-log");
  expect(blocks[0]).toMatchObject({ kind: "notice" });
  const [trace] = playersOf(page("logs/a-log-2"));
  expect(trace?.steps.map(({ line }) => line)).toEqual(['{"v":9,"kind":"</script>"}', '{"v"']);
});

test("what repairs something is a model, and so is what it repairs", () => {
  const pairs = [...MODELS.values()].flatMap(({ name }) => {
    const repair = repairOf(name);
    return repair === undefined ? [] : [{ name, repair }];
  });
  expect(pairs.length).toBeGreaterThan(5);
  for (const { name, repair } of pairs) {
    expect(MODELS.get(name)?.expected.verdict).toBe("violated");
    expect(MODELS.get(repair)?.expected.verdict).toBe("holds");
    expect(repairedBy(repair)).toContain(name);
  }
});
