/**
 * Runs a model on images, from its first command to its last.
 */
import type { LogSink } from "../log/sink.ts";
import { driveModel } from "../system/drive.ts";
import type { Model, Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import type { Schedule } from "../system/schedule.ts";
import type { Session } from "../system/session.ts";
import { type DumpReceiver, Workload } from "../system/workload.ts";
import { FreeRun } from "./free-run.ts";
import type { ImageSet } from "./image-set.ts";
import { pump } from "./pump.ts";
import { beginRun } from "./run.ts";

export interface RunModelOptions {
  readonly images: ImageSet;
  /** the model that the log names, where the one that runs was derived from it; default: that */
  readonly recordedAs?: Model;
  readonly properties: readonly Property[];
  readonly mutant: Mutant | null;
  /** free: the medium decides what ends when; seeded: the schedule does */
  readonly order: "free" | "seeded";
  readonly schedule: Schedule;
  readonly sink: LogSink | null;
  dumped: DumpReceiver;
}

/**
 * @returns the session at its end; its monitor holds the verdicts
 * @throws BlockgraphError as `driveModel`
 */
export async function runModel(model: Model, options: RunModelOptions): Promise<Session> {
  const { images, properties, mutant, order, schedule, sink } = options;
  const workload = new Workload((filename, offset, piece) =>
    options.dumped(filename, offset, piece),
  );
  const free = new FreeRun({ images, workload, schedule });
  const session = beginRun(options.recordedAs ?? model, mutant, {
    images,
    properties,
    sink,
    called: (agent) => {
      if (order === "free") free.called(agent);
    },
    completed: (request, data) => workload.ended(request, data),
  });
  if (order === "free") await free.run(model, session);
  else await pump(driveModel(model, { session, schedule, workload }), images);
  return session;
}
