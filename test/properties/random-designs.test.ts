/**
 * Every design within the bounds, in every interpreter: the properties hold, and logs replay.
 *
 * A failure prints fast-check's seed and path, and leaves the shrunk log in reports/failures.
 */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { closeImages, imagesInFolder, imagesInMemory } from "../../src/run/image-set.ts";
import { runModel } from "../../src/run/run-model.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import { explicitSchedule } from "../../src/system/schedule.ts";
import { ALL_PROPERTIES, requireHolds, requireReplays } from "./judge.ts";
import { type RandomDesign, randomDesign } from "./random-design.ts";

const designs = randomDesign("proposed");

function simulated({ model, picks }: RandomDesign): MemoryLog {
  const log = new MemoryLog();
  const { session } = simulateModel(model, {
    properties: ALL_PROPERTIES,
    mutant: null,
    schedule: explicitSchedule(picks),
    sink: log,
  });
  requireHolds("simulated", session, log);
  return log;
}

async function ran(
  { model, picks }: RandomDesign,
  order: "free" | "seeded",
  folder: string | null,
): Promise<MemoryLog> {
  const images =
    folder === null ? imagesInMemory(model.images) : imagesInFolder(folder, model.images);
  const log = new MemoryLog();
  try {
    const session = await runModel(model, {
      images,
      properties: ALL_PROPERTIES,
      mutant: null,
      order,
      schedule: explicitSchedule(picks),
      sink: log,
      dumped: () => {},
    });
    requireHolds(`ran-${order}`, session, log);
  } finally {
    closeImages(images);
  }
  requireReplays(`ran-${order}`, log);
  return log;
}

async function inFolder(run: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = fs.mkdtempSync(join(os.tmpdir(), "blockgraph-"));
  try {
    await run(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("random designs", () => {
  test("hold in the simulator, and the seeded run on memory gives the same log", async () => {
    const property = fc.asyncProperty(designs, async (design) => {
      const log = simulated(design);
      expect((await ran(design, "seeded", null)).text()).toBe(log.text());
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test("hold in the simulator, on memory and on files alike, seeded and free", async () => {
    const property = fc.asyncProperty(designs, async (design) => {
      simulated(design);
      await ran(design, "free", null);
      await inFolder((folder) => ran(design, "seeded", folder));
      await inFolder((folder) => ran(design, "free", folder));
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
