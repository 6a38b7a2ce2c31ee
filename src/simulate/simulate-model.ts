/**
 * Simulates a model under a schedule, from its first command to its last.
 */

import type { LogSink } from "../log/sink.ts";
import { driveModel } from "../system/drive.ts";
import type { Model, Mutant } from "../system/model.ts";
import { describeModelImage } from "../system/model-image.ts";
import type { Property } from "../system/property.ts";
import type { Schedule } from "../system/schedule.ts";
import { startRecord } from "../system/start.ts";
import { Workload } from "../system/workload.ts";
import { Simulation } from "./simulation.ts";

export interface SimulateOptions {
  readonly properties: readonly Property[];
  readonly mutant: Mutant | null;
  readonly schedule: Schedule;
  readonly sink: LogSink;
}

/**
 * @returns the simulation at its end; its monitor holds the verdicts
 * @throws BlockgraphError as {@link driveModel}
 */
export function simulateModel(model: Model, options: SimulateOptions): Simulation {
  const { properties, mutant, schedule, sink } = options;
  const workload = new Workload(() => {});
  const simulation = new Simulation(
    startRecord(model, mutant, model.images.map(describeModelImage)),
    {
      properties,
      mutants: model.mutants,
      sink,
      completed: (request, _outcome, data) => workload.ended(request, data),
    },
  );
  const { session } = simulation;
  simulation.run(driveModel(model, { session, schedule, workload }));
  return simulation;
}
