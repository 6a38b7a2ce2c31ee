/**
 * Jobs on chains copy what they have to, and nothing else.
 */
import { expect, test } from "vitest";
import { activeCommit } from "../../models/chains/active-commit.ts";
import { blockCommit } from "../../models/chains/block-commit.ts";
import { blockStream } from "../../models/chains/block-stream.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import type { Model } from "../../src/system/model.ts";
import { roundRobinSchedule } from "../../src/system/schedule.ts";

/** A model without its guest while the job copies, and without its end. */
function alone({ phases, ...model }: Model) {
  const copies = phases.findIndex(
    (phase) => phase.kind === "concurrent" && phase.actors.some(({ through }) => through === "job"),
  );
  const job = phases[copies + 1];
  const kept = [...phases.slice(0, copies), ...(job === undefined ? [] : [job])];
  const sink = new MemoryLog();
  const options = { properties: [], mutant: null, schedule: roundRobinSchedule(), sink };
  return { ...simulateModel({ ...model, phases: kept }, options), sink };
}

/** Calls that images answer while somebody acts through the job. */
function callsOfJob({ records }: MemoryLog): number {
  const first = records.findIndex((record) => record.kind === "io" && record.through === "job");
  return records.slice(first).filter(({ kind }) => kind === "step").length;
}

test("a stream puts into the file what files above the base have, and nothing else", () => {
  const { session } = alone(blockStream);
  const top = session.execution.node("top");
  expect([0, 1, 2].map((cluster) => top.replyTo(cluster, "LOCATE"))).toEqual([
    "IN_FILE",
    "IN_FILE",
    "IN_BACKING",
  ]);
});

test.each([
  // read and written
  [blockCommit, 2],
  // and asked for zeros before
  [activeCommit, 3],
])("a commit leaves alone what only the base has: %#", (model, calls) => {
  expect(callsOfJob(alone(model).sink)).toBe(2 * calls);
});
