/**
 * Verdicts of `verify`: when a model holds, when it does not, and when nobody can tell.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fleecing } from "../../../models/fleecing.ts";
import { planFor } from "../../../src/cli/verify/plan.ts";
import { verifyModel } from "../../../src/cli/verify/verify-model.ts";
import { readLog } from "../../../src/log/reader.ts";
import { isAsExpected, receiptSchema } from "../../../src/report/receipt.ts";
import type { Model } from "../../../src/system/model.ts";
import { scratchFolder } from "../blockgraph.ts";

const PLAN = { seeds: 60, memoryRuns: 2, fileRuns: 2, mutantSeeds: 20 };

/** Verifies a model; the receipt is the one in the folder. */
async function verified(model: Model, plan = PLAN) {
  const folder = scratchFolder();
  const progress: string[] = [];
  const receipt = await verifyModel(model, plan, folder, (text) => progress.push(text));
  const written: unknown = JSON.parse(readFileSync(join(folder, "verify.json"), "utf8"));
  expect(receiptSchema.parse(written)).toEqual(receipt);
  return { receipt, folder, progress };
}

/** The race that QEMU has: a view discard under another reader's read. */
const racy: Model = { ...fleecing, profile: "qemu-10.0" };

/** A model that has nothing but a guest: nothing is ever said about a view. */
const withoutView: Model = { ...fleecing, phases: fleecing.phases.slice(0, 2) };

describe("a model that holds", () => {
  test("has judged every property and caught every mutant", async () => {
    const { receipt, folder, progress } = await verified(fleecing);
    expect(receipt).toMatchObject({ verdict: "holds", problem: null, violation: null });
    expect(receipt).toMatchObject({ ran: { memory: 2, files: 2 }, replayed: 4, repeated: 1 });
    for (const { judged } of receipt.properties) expect(judged).toBeGreaterThan(0);
    for (const { seed } of receipt.mutants) expect(seed).not.toBeNull();
    expect(isAsExpected(receipt)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["sample.jsonl", "verify.json"]);
    expect(progress).toContain("simulating, seed 0");
    expect(progress).toContain("run on files, free order, seed 0");
  });
});

describe("a model that is violated", () => {
  test("stops there and leaves the log", async () => {
    const { receipt, folder } = await verified(racy);
    expect(receipt.verdict).toBe("violated");
    expect(receipt.problem).toMatch(/^view-equals-point-in-time in simulation, seed \d+: a read/);
    expect(isAsExpected(receipt)).toBe(false);
    expect(receipt.mutants).toEqual([]);
    const { records } = readLog(join(folder, "violation.jsonl"));
    expect(records[receipt.violation?.seq ?? -1]?.kind).toBe("done");
  });

  test("is as expected where the model says so", async () => {
    const { receipt } = await verified({ ...racy, expected: { verdict: "violated" } });
    expect(receipt).toMatchObject({ verdict: "violated", problem: null });
    expect(isAsExpected(receipt)).toBe(true);
  });

  test("takes the log of an earlier violation away when there is none any more", async () => {
    const folder = scratchFolder();
    await verifyModel(racy, PLAN, folder, () => {});
    expect(existsSync(join(folder, "violation.jsonl"))).toBe(true);
    await verifyModel({ ...fleecing, mutants: [] }, PLAN, folder, () => {});
    expect(existsSync(join(folder, "violation.jsonl"))).toBe(false);
  });
});

describe("nobody can tell", () => {
  test("where a property never had anything to judge", async () => {
    const { receipt } = await verified({ ...withoutView, mutants: [] });
    expect(receipt.verdict).toBe("undecided");
    expect(receipt.problem).toMatch(/^never applied: view-equals-point-in-time, /);
  });

  test("where a mutant survives", async () => {
    const mutants = fleecing.mutants.map((mutant) => {
      return { ...mutant, mutation: { ...mutant.mutation, driver: "null-co" } };
    });
    const { receipt } = await verified({ ...fleecing, mutants }, { ...PLAN, mutantSeeds: 2 });
    expect(receipt.verdict).toBe("undecided");
    expect(receipt.problem).toMatch(/^mutants survived: guest-does-not-drain, /);
    expect(receipt.mutants[0]).toMatchObject({ seed: null, seeds: 2 });
  });

  test("where a violation is expected and none is found", async () => {
    const { receipt } = await verified({ ...fleecing, expected: { verdict: "violated" } });
    expect(receipt.verdict).toBe("undecided");
    expect(receipt.problem).toMatch(/^a violation is expected, but there was none in 60 seeds/);
  });
});

describe("the plan", () => {
  test("does less to models with larger images, unless told how much", () => {
    const large = { ...fleecing, images: [{ filename: "d", length: 2 ** 26, content: [] }] };
    expect(planFor(large, undefined).seeds).toBeLessThan(planFor(fleecing, undefined).seeds);
    expect(planFor(large, 7)).toEqual({ ...planFor(large, undefined), seeds: 7 });
  });
});
