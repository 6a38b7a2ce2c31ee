/**
 * Runs a hand-written script in the simulator: what the `simulate` command does, for tests.
 */
import { PROPERTIES } from "../../properties/index.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveScript } from "../../src/system/drive-script.ts";
import { type Schedule, seededSchedule } from "../../src/system/schedule.ts";
import type { StartBody } from "../../src/system/start.ts";

export interface Scripted {
  readonly simulation: Simulation;
  readonly log: MemoryLog;
}

export function simulateScript(
  start: StartBody,
  script: readonly LogBody[],
  schedule: Schedule = seededSchedule(0),
): Scripted {
  const log = new MemoryLog();
  const properties = [...PROPERTIES.values()];
  const simulation = new Simulation(start, { properties, mutants: [], sink: log });
  simulation.run(driveScript(script, simulation.session, schedule));
  return { simulation, log };
}
