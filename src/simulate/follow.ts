/**
 * Simulates what somebody else found out: a behaviour that is said step by step.
 */
import type { LogSink } from "../log/sink.ts";
import { type Direction, Director } from "../system/director.ts";
import type { Model, Mutant } from "../system/model.ts";
import { describeModelImage, modelContent } from "../system/model-image.ts";
import type { Property } from "../system/property.ts";
import { startRecord } from "../system/start.ts";
import { Simulation } from "./simulation.ts";

export interface FollowOptions {
  readonly properties: readonly Property[];
  readonly mutant: Mutant | null;
  readonly sink: LogSink;
}

/** A simulation of a model that is told what to do. */
export class DirectedSimulation {
  readonly simulation: Simulation;
  readonly director: Director;

  constructor(model: Model, { properties, mutant, sink }: FollowOptions) {
    const records = model.images.map(describeModelImage);
    const missing = model.images.filter((_, index) => records[index]?.extents === null);
    this.simulation = new Simulation(startRecord(model, mutant, records), {
      properties,
      mutants: model.mutants,
      images: new Map(missing.map((image) => [image.filename, modelContent(image)])),
      sink,
    });
    this.director = new Director(this.simulation.session);
  }

  /**
   * Lets one thing happen.
   * @throws BlockgraphError as {@link Director.take}
   */
  take(direction: Direction): void {
    this.simulation.run(this.director.take(direction));
  }
}
