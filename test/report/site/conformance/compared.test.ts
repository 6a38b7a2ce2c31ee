/**
 * What is said to be compared is what the tests compare: recordings are counted, and the numbers of
 * random cases stand in the tests.
 */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MODELS } from "../../../../models/index.ts";
import { parseRecorded } from "../../../../src/qemu/recorded.ts";
import type { QemuReceipt } from "../../../../src/report/conform/model-receipt.ts";
import {
  LIVE_COMPARISONS,
  RECORDINGS,
  type Recording,
} from "../../../../src/report/site/conformance/compared.ts";
import { conformancePage } from "../../../../src/report/site/conformance/conformance-page.ts";
import { agreementBlocks, agreementCell } from "../../../../src/report/site/model/agreement.ts";
import type { Model } from "../../../../src/system/model.ts";

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
  const receipt = {
    ...({ kind: "conform", profile: "qemu-7.2", ok: false } as const),
    ...{ random: null, seconds: 1 },
    recorded: [
      {
        ...{ path: "a.json", sequences: 3, commands: 9, agreed: 2, aborted: 0, skipped: [] },
        differences: [difference],
      },
    ],
  };
  const page = conformancePage(receipt, []);
  const text = JSON.stringify(page);
  expect(text).toContain("There are differences from qemu-7.2");
  expect(text).toContain("refused: 'x'");
  expect(JSON.stringify(conformancePage(null, []))).not.toContain("latest comparison");
});

/** What a comparison of a model left, otherwise than all went well. */
function receiptOf(changes: Partial<QemuReceipt>): QemuReceipt {
  return {
    ...{ kind: "qemu-receipt", v: 1, model: "overlap", digest: "0", profile: "qemu-7.2" },
    ...{ qemu: "7.2.22", seeds: 5, sequences: 5, commands: 12, requests: 34, overlapping: 0 },
    ...{ undecided: 0, unasked: 0, images: 5, ended: 0, wrong: { logged: 2, seen: 1 } },
    ...{ unsendable: [], untimed: [], differences: [], seconds: 1, ...changes },
  };
}

describe("a model beside QEMU", () => {
  const [model] = [...MODELS.values()].filter(({ profile }) => profile === "qemu-7.2");
  const [proposed] = [...MODELS.values()].filter(({ profile }) => profile === "proposed");
  const cellOf = (of: Model | undefined, qemu: QemuReceipt | null) =>
    of === undefined ? null : JSON.stringify(agreementCell({ model: of, qemu }).text);
  const blocksOf = (of: Model | undefined, qemu: QemuReceipt | null) =>
    of === undefined ? null : JSON.stringify(agreementBlocks({ model: of, qemu }));

  test("says how much was compared with which version, and whether it agrees", () => {
    expect(cellOf(model, receiptOf({}))).toMatch(/agrees.* 7\.2\.22: 12 commands, 34 requests/);
    const differences = [{ seed: 3, text: "record 9: otherwise" }];
    expect(cellOf(model, receiptOf({ differences }))).toContain("differs");
    expect(blocksOf(model, receiptOf({ differences }))).toContain("seed 3: record 9: otherwise");
    const untimed = receiptOf({ untimed: differences });
    expect(cellOf(model, untimed)).toContain("agrees in 4 of 5 logs");
    expect(blocksOf(model, untimed)).toContain("a job was copying");
    expect(blocksOf(model, receiptOf({}))).toContain("in the logs, 1 of them seen in QEMU as well");
  });

  test("says why there is nothing to compare, or how to compare it", () => {
    expect(cellOf(proposed, null)).toContain("proposed: in no QEMU");
    expect(blocksOf(proposed, null)).toContain("There is nothing to compare");
    expect(cellOf(model, null)).toContain("not compared");
    expect(blocksOf(model, null)).toContain(`conform --models ${model?.name} --qemu 7.2`);
    const unsendable = [{ reason: "there is a fault (EIO)", seeds: [0, 1] }];
    const nothing = receiptOf({ sequences: 0, seeds: 2, unsendable });
    expect(cellOf(model, nothing)).toContain("cannot be sent");
    expect(blocksOf(model, nothing)).toContain("there is a fault (EIO) (2 logs)");
  });
});
