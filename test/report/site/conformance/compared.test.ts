/**
 * What is said to be compared is what the tests compare: recordings are counted, and the numbers of
 * random cases stand in the tests.
 */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseRecorded } from "../../../../src/qemu/recorded.ts";
import {
  LIVE_COMPARISONS,
  RECORDINGS,
  type Recording,
} from "../../../../src/report/site/conformance/compared.ts";
import { conformancePage } from "../../../../src/report/site/conformance/conformance-page.ts";

const CONFORMANCE = new URL("../../../conformance/", import.meta.url);
const ENDS: ReadonlySet<string> = new Set(["aborted", "crashed", "hung"]);

function counted({ file, version, what }: Recording): Recording {
  const bytes = readFileSync(new URL(`recorded/${file}`, CONFORMANCE));
  const sequences = parseRecorded(bytes, file);
  const steps = sequences.flatMap((sequence) => sequence.steps);
  const commands = steps.filter(({ command }) => command !== null);
  const ended = sequences.filter((each) =>
    each.steps.some(({ verdict }) => ENDS.has(verdict.kind)),
  );
  return {
    ...{ file, version, what, sequences: sequences.length, commands: commands.length },
    refused: commands.filter(({ verdict }) => verdict.kind === "refused").length,
    ended: ended.length,
  };
}

test("recordings hold as much as is said", () => {
  expect(RECORDINGS).toEqual(RECORDINGS.map(counted));
});

test.each(LIVE_COMPARISONS)("$test compares as many cases as is said", ({ test: file, cases }) => {
  const path = new URL(file, CONFORMANCE);
  expect(existsSync(path)).toBe(true);
  if (cases === null) return;
  expect(readFileSync(path, "utf8")).toMatch(new RegExp(`(RUNS = |numRuns: )${cases}\\b`));
});

test("the page tells of the latest comparison, differences included", () => {
  const difference = { name: "F01", step: 2, ours: "accepted", theirs: "refused: 'x'" };
  const page = conformancePage({
    ...{ kind: "conform", profile: "qemu-7.2", ok: false, random: null, seconds: 1 },
    recorded: [
      {
        ...{ path: "a.json", sequences: 3, commands: 9, agreed: 2, aborted: 0, skipped: [] },
        differences: [difference],
      },
    ],
  });
  const text = JSON.stringify(page);
  expect(text).toContain("There are differences from qemu-7.2");
  expect(text).toContain("refused: 'x'");
  expect(JSON.stringify(conformancePage(null))).not.toContain("latest comparison");
});
