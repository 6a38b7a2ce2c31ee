/**
 * The payload that a block-status request may have with extended headers: how many bytes it is
 * about, and the numbers of the contexts that it wants, which are some of those selected.
 */
import type { MetaContext } from "./meta-context.ts";
import type { Objection } from "./objection.ts";

export interface StatusPayload {
  /** bytes that the request is about, more than 0; rounded beyond 2^53 */
  readonly length: number;
  readonly contexts: readonly MetaContext[];
}

/** Takes a payload apart. Objects if it is malformed, or names what was not selected, or twice. */
export function parseStatusPayload(
  payload: Buffer,
  selected: readonly MetaContext[],
): StatusPayload | Objection {
  if (payload.length < 12 || payload.length % 4 !== 0) {
    return { error: "EINVAL", message: "malformed list of contexts" };
  }
  const length = Number(payload.readBigUInt64BE(0));
  if (length === 0) return { error: "EINVAL", message: "the status of no bytes is nothing" };
  const contexts = new Set<MetaContext>();
  for (let at = 8; at < payload.length; at += 4) {
    const number = payload.readUInt32BE(at);
    const context = selected.find(({ id }) => id === number);
    if (context === undefined || contexts.has(context)) {
      return { error: "EINVAL", message: `context ${number} was not selected, or is named twice` };
    }
    contexts.add(context);
  }
  return { length, contexts: [...contexts] };
}
