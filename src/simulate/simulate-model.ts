/**
 * Simulates a model under a schedule, from its first command to its last.
 */

import { expandFill } from "../log/fill.ts";
import { describeImage } from "../log/image.ts";
import type { ImageRecord } from "../log/record.ts";
import type { LogSink } from "../log/sink.ts";
import { driveModel } from "../system/drive.ts";
import type { Model, ModelImage, Mutant } from "../system/model.ts";
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

/** A model's image as the log describes it. */
export function describeModelImage(image: ModelImage): ImageRecord {
  return describeImage(image.filename, modelContent(image));
}

/** The bytes of a model's image. */
export function modelContent(image: ModelImage): Uint8Array {
  const content = new Uint8Array(image.length);
  for (const { offset, length, fill } of image.content) {
    content.set(expandFill(fill, length), offset);
  }
  return content;
}
