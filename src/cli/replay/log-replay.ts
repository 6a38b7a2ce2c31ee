/**
 * A log replayed somewhere, as the summary that says how it went.
 */
import { type ReplaySummary, replaySummarySchema } from "../../report/replay-summary.ts";
import { type OtherModels, openLog, upTo } from "../open-log.ts";
import type { Options, Where } from "./options.ts";
import { outcomeOn } from "./outcome.ts";

/**
 * @param others models that logs may be of besides those of this program
 * @throws BlockgraphError for a log that cannot be read, and for one that cannot be begun with
 * there; that it comes out differently is no error
 */
export async function logReplay(
  path: string,
  on: Where,
  options: Options,
  others?: OtherModels,
): Promise<ReplaySummary> {
  const log = openLog(path, others);
  const records = upTo(log.records, options.at);
  const began = performance.now();
  const { difference, violations, last, qemu } = await outcomeOn(on, log, records, options);
  const replayed = records.slice(0, last + 1);
  return replaySummarySchema.parse({
    kind: "replay",
    log: path,
    on,
    model: log.start.model,
    mutant: log.start.mutant,
    identical: difference === null && (qemu?.unreproduced ?? 0) === 0,
    difference,
    records: replayed.length,
    requests: replayed.filter(({ kind }) => kind === "io").length,
    digests: replayed.filter((record) => record.kind === "done" && record.digest).length,
    violations,
    ...(qemu !== null && { qemu }),
    seconds: (performance.now() - began) / 1000,
  });
}
