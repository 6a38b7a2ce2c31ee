/**
 * A run: a session whose images are real, and somebody who decides when their answers count.
 *
 *     seeded, scripted   one image call at a time is executed, the one that schedule or log names:
 *                        deterministic, and every order is possible (pump.ts)
 *     free               calls are issued as they come, merged, and answered when the medium did:
 *                        real concurrency, as in production (free-run.ts)
 *
 * Either way the log that a run writes is of the simulator's kind, and replays there.
 */
import type { LogSink } from "../log/sink.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import type { Model, Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import { Session } from "../system/session.ts";
import { rulesOf, type StartBody, startRecord } from "../system/start.ts";
import { describeImages, type ImageSet } from "./image-set.ts";

export interface RunOptions {
  readonly images: ImageSet;
  readonly properties: readonly Property[];
  /** null: nothing is recorded */
  readonly sink: LogSink | null;
  called(agent: Agent): void;
  completed(request: number, data: Uint8Array | null, outcome: Outcome): void;
}

/** Begins the session of a run of a model; its start record describes the images as they are. */
export function beginRun(model: Model, mutant: Mutant | null, options: RunOptions): Session {
  const images = options.sink === null ? [] : describeImages(options.images);
  return openSession(startRecord(model, mutant, images), model.mutants, options);
}

/** Begins a session under the start record of a log. */
export function openSession(
  start: StartBody,
  mutants: readonly Mutant[],
  options: RunOptions,
): Session {
  const { images, properties, sink } = options;
  sink?.append(start);
  const lengths = [...images].map(([name, { storage }]) => [name, storage.length] as const);
  return new Session({
    rules: { ...rulesOf(start, mutants), images: new Map(lengths) },
    properties,
    sink,
    readImage: (filename) => images.get(filename)?.read() ?? new Uint8Array(0),
    called: (agent) => options.called(agent),
    completed: (request, outcome, data) => options.completed(request, data, outcome),
  });
}
