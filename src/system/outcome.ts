/**
 * How calls answer a chart, and how a chart's end answers its caller.
 */
import type { Call, Finish } from "../chart/effects.ts";
import type { Errno } from "../vocabulary.ts";
import { clusterRange } from "./ask.ts";
import { DONE, type Frame, type Outcome } from "./frame.ts";
import { malformed } from "./malformed.ts";

/** The event of a call that failed. */
export const FAILED: Readonly<Record<Errno, string>> = {
  EIO: "FAILED(EIO)",
  ENOSPC: "FAILED(ENOSPC)",
  ETIMEDOUT: "FAILED(ETIMEDOUT)",
  EACCES: "FAILED(EACCES)",
  ENOTSUP: "FAILED(ENOTSUP)",
  EINVAL: "FAILED(EINVAL)",
  EPERM: "FAILED(EPERM)",
};

/** A block-status call answers ZERO only if the whole range is zero: less counts as data (K5). */
export function outcomeEvent(frame: Frame, outcome: Outcome): string {
  if (outcome.errno !== null) return FAILED[outcome.errno];
  if (outcome.status === null) return "DONE";
  const effect = frame.automaton.states[frame.state]?.effect;
  const asked = effect?.kind === "call" ? byteRange(frame, effect).length : frame.length;
  return outcome.status === "zero" && outcome.bytes >= asked ? "ZERO" : "DATA";
}

/** What a final state answers. */
export function finishOutcome(frame: Frame, { errno, status, over }: Finish): Outcome {
  if (errno === "from-context") throw malformed(frame, "ends with an error nobody resolved");
  if (errno !== null) return { errno, status: null, bytes: 0 };
  if (status !== null && over === "request") return { errno: null, status, bytes: frame.length };
  if (status !== null) {
    if (frame.position !== frame.offset) throw malformed(frame, "answers for a later part of it");
    return { errno: null, status, bytes: frame.spanEnd - frame.offset };
  }
  return frame.status === null ? DONE : { errno: null, status: frame.status, bytes: frame.bytes };
}

/** The bytes that a call is for; a flush is for all that was written, whoever asks for it. */
export function byteRange(frame: Frame, effect: Call): { offset: number; length: number } {
  if (effect.operation === "flush") return { offset: 0, length: 0 };
  switch (effect.over) {
    case "request":
      return frame;
    case "span":
      return { offset: frame.position, length: frame.spanEnd - frame.position };
    case "interior":
    case "whole": {
      const { clusterSize, length } = frame.node.description;
      const { first, end } = clusterRange(frame, effect.over);
      const offset = first * clusterSize;
      return { offset, length: Math.max(0, Math.min(end * clusterSize, length) - offset) };
    }
  }
}

/** A part of a node, in bytes, and what is read to or written from there, if anything is. */
interface Part {
  readonly offset: number;
  readonly length: number;
  readonly data: Uint8Array | null;
}

/**
 * The part of a call's range that the child has: a backing file may be shorter, and reads as zeros
 * beyond its end (QEMU block/io.c, `bdrv_co_preadv`, `bdrv_co_block_status_above`).
 */
export function partWithin({ node: { description } }: Frame, call: Call, part: Part): Part {
  const { backing, children } = description;
  if (backing === null || children.get(call.child) !== backing) return part;
  const { offset, data } = part;
  const length = Math.max(0, Math.min(part.length, backing.length - offset));
  if (length === part.length) return part;
  if (call.operation === "read") data?.fill(0, length, part.length);
  return { offset, length, data: data?.subarray(0, length) ?? null };
}

/** What is answered for a part that no child has. @param bytes of the part */
export function zeros({ operation }: Call, bytes: number): Outcome {
  return operation === "block-status" ? { errno: null, status: "zero", bytes } : DONE;
}
