/**
 * Replays a log in the simulator.
 */
import { MemoryLog } from "../log/memory-log.ts";
import type { LogRecord } from "../log/record.ts";
import type { Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import { replayRecords } from "../system/replay.ts";
import type { StartBody } from "../system/start.ts";
import { Simulation } from "./simulation.ts";

export interface ReplayOptions {
  readonly properties: readonly Property[];
  readonly mutants: readonly Mutant[];
  /** content of images that were too large to be carried in the log, by file name */
  readonly images?: ReadonlyMap<string, Uint8Array>;
}

/**
 * Folds the records: the simulation after the last of them, and the log that it derived.
 * @param records the log or any prefix of it, its `start` record included
 * @throws BlockgraphError `log-mismatch` at the first record that comes out differently
 */
export function replayInSimulation(
  start: StartBody,
  records: Iterable<LogRecord>,
  options: ReplayOptions,
): { simulation: Simulation; derived: MemoryLog } {
  const derived = new MemoryLog();
  const simulation = new Simulation(start, { ...options, sink: derived });
  simulation.run(replayRecords(records, simulation.session, derived.records));
  return { simulation, derived };
}
