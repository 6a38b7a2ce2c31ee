/**
 * What a repaired design makes of a counterexample of a faithful one: the same commands, requests
 * and decisions as far as they can be taken, and then everything runs out.
 */
import { BlockgraphError } from "../../error.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import type { LogRecord } from "../../log/record.ts";
import { Simulation } from "../../simulate/simulation.ts";
import { driveRecorded } from "../../system/drive-recorded.ts";
import type { Model } from "../../system/model.ts";
import { startRecord } from "../../system/start.ts";

/** @returns its log; null if the designs are too different for that */
export function repairedRecords(
  records: readonly LogRecord[],
  repaired: Model,
): readonly LogRecord[] | null {
  const [start] = records;
  if (start?.kind !== "start") return null;
  const sink = new MemoryLog();
  try {
    const simulation = new Simulation(startRecord(repaired, null, start.images), {
      ...{ properties: [], mutants: [], sink },
    });
    simulation.run(driveRecorded(records, simulation.session));
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    return null;
  }
  return sink.records;
}
