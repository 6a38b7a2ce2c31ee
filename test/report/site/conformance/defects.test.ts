/**
 * Defects as they are told: the commands of their scripts are recorded ones, with the verdict that
 * is claimed, and the scripts show the defects on the QEMU that is installed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MODELS } from "../../../../models/index.ts";
import type { QmpCommand } from "../../../../src/graph/commands.ts";
import { parseRecorded, type RecordedSequence } from "../../../../src/qemu/recorded.ts";
import type { Defect } from "../../../../src/report/site/conformance/defect.ts";
import { DEFECTS } from "../../../../src/report/site/conformance/defects/all.ts";
import { defectsPage } from "../../../../src/report/site/conformance/defects-page.ts";
import { scriptText } from "../../../../src/report/site/conformance/script-text.ts";
import type { QemuVersion } from "../../../../src/vocabulary.ts";
import { daemons, machines } from "../../../support/machines.ts";
import { inTemporaryFolder } from "../../../support/temporary-folder.ts";
import { needsTool } from "../../../tools/needs-tool.ts";

function recorded(version: string): ReadonlyMap<string, RecordedSequence> {
  const files = ["cases", "found"].map((kind) => `qemu-${version}-${kind}.json.gz`);
  const sequences = files.flatMap((name) => {
    const url = new URL(`../../../conformance/recorded/${name}`, import.meta.url);
    return parseRecorded(readFileSync(url), name);
  });
  return new Map(sequences.map((sequence) => [sequence.name.split(":")[0] ?? "", sequence]));
}

const RECORDED = { "7.2": recorded("7.2"), "10.0": recorded("10.0") };

const commandsOf = ({ script }: Defect): QmpCommand[] =>
  script.steps.flatMap((step) => (step.kind === "qmp" ? [step.command] : []));

/** Positions at which commands stand in a recording, in its order; -1: it does not have one. */
function positions(commands: readonly QmpCommand[], { steps }: RecordedSequence): number[] {
  const texts = steps.map(({ command }) => canonical(command));
  let after = 0;
  return commands.map((command) => {
    const at = texts.indexOf(canonical(command), after);
    after = at + 1;
    return at;
  });
}

/** The text of a value in which the order of names does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

const KINDS = { 134: "aborted", 137: "hung", 139: "crashed" } as const;

describe("defects", () => {
  test("are told once each", () => {
    expect(new Set(DEFECTS.map(({ id }) => id)).size).toBe(DEFECTS.length);
    for (const { told, title, seen } of DEFECTS) {
      expect(told.length + title.length).toBeGreaterThan(40);
      expect(seen).not.toEqual([]);
    }
  });

  test("name models that there are, and cases that were recorded", () => {
    for (const { id, models, cases, seen } of DEFECTS) {
      for (const model of models) expect(MODELS.has(model), `${id}: ${model}`).toBe(true);
      for (const name of cases) {
        const has = seen.some((version) => RECORDED[version].has(name));
        expect(has, `${id}: ${name}`).toBe(true);
      }
    }
  });

  const withCase = DEFECTS.filter(({ cases }) => cases.length > 0);

  test.each(withCase)("$id: its script has commands of the recorded case, which ended so", (it) => {
    const [name = ""] = it.cases;
    for (const version of it.seen) {
      const sequence = RECORDED[version].get(name);
      if (sequence === undefined) throw new Error(`${name} was not recorded for ${version}`);
      const commands = commandsOf(it).filter(({ execute }) => execute !== "nbd-server-start");
      const all = positions(commands, sequence);
      const found = all.filter((position) => position >= 0);
      expect(found).not.toEqual([]);
      expect(all.slice(0, found.length)).toEqual(found);
      if (found.length < all.length) continue;
      const last = sequence.steps[found.at(-1) ?? -1];
      const withIo = it.script.steps.at(-1)?.kind === "io";
      const verdict = withIo ? sequence.steps.at(-1)?.verdict : last?.verdict;
      if (it.shown.kind === "status") expect(verdict?.kind).toBe(KINDS[it.shown.status]);
      else if (verdict?.kind === "refused") expect(verdict.text).toContain(it.shown.text);
      else expect(verdict?.kind).toBe("accepted");
    }
  });

  test("are on a page with an anchor each", () => {
    const anchors = defectsPage().blocks.flatMap((block) =>
      block.kind === "heading" ? [block.anchor] : [],
    );
    expect(new Set(anchors).size).toBe(anchors.length);
    for (const { id } of DEFECTS) expect(anchors).toContain(id.toLowerCase());
  });
});

/** ms; a script waits for each of its commands */
const PATIENCE = 400_000;
/** scripts that are pasted at once: most of the time they wait */
const AT_ONCE = 4;

/** Pastes a script into a shell for which the programs of QEMU are these. */
function pasted(text: string, programs: Readonly<Record<string, string>>): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const [name, binary] of Object.entries(programs)) symlinkSync(binary, join(bin, name));
    const shell = spawn("timeout", ["-s", "KILL", "40", "sh", "-c", text], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    }
    await once(shell, "close");
    return Buffer.concat(chunks).toString("latin1");
  });
}

/** Programs by their names, where they are not those that are installed. */
function fetchedPrograms(version: QemuVersion): Record<string, string> {
  const all = [
    ["qemu-storage-daemon", daemons()],
    ["qemu-system-x86_64", machines()],
  ] as const;
  return Object.fromEntries(
    all.flatMap(([name, binaries]) =>
      binaries
        .filter((each) => each.version === version && each.binary !== name)
        .map(({ binary }) => [name, binary]),
    ),
  );
}

const tools = ["qemu-img", "qemu-io", "qemu-storage-daemon", "qemu-system-x86_64"] as const;
const { describe: describeLive, test: live } = needsTool(...tools);

/** Which scripts show what they say. */
async function shownBy(defects: readonly Defect[], version: QemuVersion): Promise<string[]> {
  const programs = fetchedPrograms(version);
  const waiting = [...defects];
  const seen: string[] = [];
  const worker = async () => {
    for (let it = waiting.shift(); it !== undefined; it = waiting.shift()) {
      const said = await pasted(scriptText(it.script, it.shown), programs);
      const { shown } = it;
      const wanted = shown.kind === "says" ? shown.text : `ended with status ${shown.status}`;
      if (said.includes(wanted) && !said.includes("No such file")) seen.push(it.id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return seen.sort();
}

describeLive("scripts of defects", () => {
  for (const version of new Set(daemons().map((each) => each.version))) {
    live(
      `show those that were seen on QEMU ${version}, and none that is mended`,
      async () => {
        const claimed = DEFECTS.filter(({ seen }) => seen.includes(version));
        const mended = DEFECTS.filter((it) => it.mended !== undefined && !claimed.includes(it));
        const seen = await shownBy([...claimed, ...mended], version);
        expect(seen).toEqual(claimed.map(({ id }) => id).sort());
      },
      PATIENCE,
    );
  }
});
