/**
 * Replays a log on real images, with the recorded interleaving forced.
 *
 * Each image call is executed at the step at which the log says that it ended, so what was
 * concurrent becomes one order: the log's. A read that returned a wrong byte returns it again.
 */

import { MemoryLog } from "../log/memory-log.ts";
import type { LogRecord } from "../log/record.ts";
import type { Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import { replayRecords } from "../system/replay.ts";
import type { Session } from "../system/session.ts";
import type { StartBody } from "../system/start.ts";
import type { ImageSet } from "./image-set.ts";
import { pump } from "./pump.ts";
import { openSession } from "./run.ts";

export interface ReplayOptions {
  readonly images: ImageSet;
  readonly properties: readonly Property[];
  readonly mutants: readonly Mutant[];
}

/**
 * @param start the log's first record
 * @throws BlockgraphError `log-mismatch` at the first record that comes out differently
 */
export async function replayOnImages(
  start: StartBody,
  records: Iterable<LogRecord>,
  options: ReplayOptions,
): Promise<Session> {
  const derived = new MemoryLog();
  const session = openSession(start, options.mutants, {
    ...options,
    sink: derived,
    called: () => {},
    completed: () => {},
  });
  await pump(replayRecords(records, session, derived.records), options.images);
  return session;
}
