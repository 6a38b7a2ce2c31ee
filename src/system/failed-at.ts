/**
 * Who failed a request: by which edge whoever serves it had called them. A job that copies has to
 * know whether it could not read or could not write.
 */
import type { Frame, Join, Outcome } from "./frame.ts";

/** The end of a request, with who failed it. */
export function failedAt({ failedAt: at }: Frame, outcome: Outcome): Outcome {
  return outcome.errno === null || at === null ? outcome : { ...outcome, at };
}

/** Of the tasks of a fork, the first that fails counts. */
export function noteFailure(join: Join, { errno, at }: Outcome): void {
  if (join.errno !== null || errno === null) return;
  join.errno = errno;
  join.at = at ?? null;
}
