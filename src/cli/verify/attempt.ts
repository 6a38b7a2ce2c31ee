/**
 * One simulation or run of a model, judged: what it logged, and what it broke.
 *
 * A deadlock counts as a violation. It is found where the log ends.
 */
import { BlockgraphError } from "../../error.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import { closeImages, type ImageSet } from "../../run/image-set.ts";
import { runModel } from "../../run/run-model.ts";
import { replayInSimulation } from "../../simulate/replay.ts";
import { simulateModel } from "../../simulate/simulate-model.ts";
import type { Model, Mutant } from "../../system/model.ts";
import type { Violation } from "../../system/property.ts";
import { type Schedule, seededSchedule } from "../../system/schedule.ts";
import type { Session } from "../../system/session.ts";
import { propertiesOf } from "../find.ts";
import { bodyOf } from "../open-log.ts";

export interface Attempt {
  readonly log: MemoryLog;
  /** null: it came to a standstill */
  readonly session: Session | null;
  readonly violations: readonly Violation[];
}

/** Simulates the model, whole or with a mutant built in. */
export function simulateOnce(model: Model, schedule: Schedule, mutant: Mutant | null): Attempt {
  const log = new MemoryLog();
  const options = { properties: propertiesOf(model), mutant, schedule, sink: log };
  try {
    const { session } = simulateModel(model, options);
    return { log, session, violations: session.monitor.violations };
  } catch (error) {
    return { log, session: null, violations: [standstill(error, log)] };
  }
}

/** Runs the model on images, which are closed afterwards. */
export async function runOnce(
  model: Model,
  seed: number,
  order: "free" | "seeded",
  images: ImageSet,
): Promise<Attempt> {
  const log = new MemoryLog();
  const properties = propertiesOf(model);
  const schedule = seededSchedule(seed);
  const options = { images, properties, mutant: null, order, schedule, sink: log };
  try {
    const session = await runModel(model, { ...options, dumped: () => {} });
    return { log, session, violations: session.monitor.violations };
  } catch (error) {
    return { log, session: null, violations: [standstill(error, log)] };
  } finally {
    closeImages(images);
  }
}

/**
 * Replays a log in the simulator.
 * @returns the first record that comes out differently; null if none does
 */
export function replayOnce(model: Model, log: MemoryLog): Violation | null {
  const { records } = log;
  const [first] = records;
  const start = first === undefined ? null : bodyOf(first);
  if (start?.kind !== "start") throw new RangeError("a log without start record");
  try {
    const { derived } = replayInSimulation(start, records, {
      properties: [],
      mutants: model.mutants,
    });
    if (derived.records.length === records.length) return null;
    return differs(
      `${derived.records.length} records follow from ${records.length}`,
      records.length,
    );
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    return differs(error.message, records.length);
  }
}

function differs(text: string, records: number): Violation {
  return { property: "replays-identically", text, seq: records - 1 };
}

function standstill(error: unknown, log: MemoryLog): Violation {
  if (!(error instanceof BlockgraphError) || error.code !== "deadlock") throw error;
  return { property: "no-deadlock", text: error.message, seq: log.records.length - 1 };
}
