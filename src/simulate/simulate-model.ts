/**
 * Simulates a model under a schedule, from its first command to its last.
 */
import type { ImageRecord } from "../log/record.ts";
import type { LogSink } from "../log/sink.ts";
import { driveModel } from "../system/drive.ts";
import type { Model, Mutant } from "../system/model.ts";
import { describeModelImage, modelContent } from "../system/model-image.ts";
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
  const records = model.images.map(describeModelImage);
  const simulation = new Simulation(startRecord(model, mutant, records), {
    properties,
    mutants: model.mutants,
    images: contentsNotCarried(model, records),
    sink,
    completed: (request, _outcome, data) => workload.ended(request, data),
  });
  const { session } = simulation;
  simulation.run(driveModel(model, { session, schedule, workload }));
  return simulation;
}

/** What is too large for the log is known nevertheless: the model says it. */
function contentsNotCarried(
  model: Model,
  records: readonly ImageRecord[],
): ReadonlyMap<string, Uint8Array> {
  const missing = model.images.filter((_, index) => records[index]?.extents === null);
  return new Map(missing.map((image) => [image.filename, modelContent(image)]));
}
