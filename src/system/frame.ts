/**
 * Agents and frames: requests under way.
 *
 * An agent is one thread of control, like a coroutine in QEMU: it runs until it has to wait, and
 * nothing else happens meanwhile. A guest's request is an agent, and so is every task that a
 * request forks. An agent has a stack of frames: the request at a filter, the request that this
 * makes of the filter's child, and so on.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { BlockStatus, Errno, StorageOperation } from "../vocabulary.ts";
import type { LiveNode } from "./live-node.ts";

/** How a call or a request ended. `status` and `bytes` belong to block-status alone. */
export interface Outcome {
  readonly errno: Errno | null;
  readonly status: BlockStatus | null;
  /** bytes from the start of the range for which `status` holds; else 0 */
  readonly bytes: number;
  /** of a request that failed, by which edge it had called whoever failed it; absent: by none */
  readonly at?: string;
}

/** Success with nothing to say. */
export const DONE: Outcome = { errno: null, status: null, bytes: 0 };

/** One request being served by one node. Offsets are bytes of that node. */
export interface Frame {
  readonly up: Frame | null;
  readonly node: LiveNode;
  readonly automaton: Automaton;
  state: number;
  readonly offset: number;
  readonly length: number;
  /** the register `data`: `length` bytes of the caller's; null for requests without payload */
  readonly data: Uint8Array | null;
  /** the register `old`, once it was used, and whether anything was read into it */
  old: Buffer | null;
  oldFilled: boolean;
  /** byte at which the rest begins, and the byte behind the span */
  position: number;
  spanEnd: number;
  /** what the last block-status call said */
  status: BlockStatus | null;
  bytes: number;
  /** by which edge it had called whoever failed last; null: nobody has */
  failedAt: string | null;
  /** the tasks that a fork waits for, or null */
  join: Join | null;
}

/** A request at the beginning of a chart. Offsets are bytes of the node. */
export function newFrame(
  up: Frame | null,
  node: LiveNode,
  automaton: Frame["automaton"],
  at: { offset: number; length: number; data: Uint8Array | null },
): Frame {
  const { offset, length, data } = at;
  return {
    up,
    node,
    automaton,
    state: 0,
    offset,
    length,
    data,
    old: null,
    oldFilled: false,
    position: offset,
    spanEnd: offset,
    status: null,
    bytes: 0,
    failedAt: null,
    join: null,
  };
}

/** A fork that waits for its tasks. */
export interface Join {
  readonly agent: Agent;
  readonly frame: Frame;
  readonly tasks: Agent[];
  pending: number;
  /** the first error of a task, and by which edge that had called whoever failed */
  errno: Errno | null;
  at: string | null;
}

/** A call that only an image can answer. */
export interface ImageCall {
  readonly image: string;
  readonly operation: StorageOperation;
  /** bytes of the image */
  readonly offset: number;
  readonly length: number;
  readonly buffer: Uint8Array | null;
  /** as in a request to a storage (src/storage/storage.ts); absent: it is not to be */
  readonly compressed?: boolean;
}

/** Why an agent stands still. */
export type Blocked = "queued" | "running" | "call" | "ask" | "join" | "ended";

export interface Agent {
  /** numbered in order of creation, from 0 */
  readonly id: number;
  /** number of the request that the agent serves; -1 for tasks */
  readonly request: number;
  /** innermost frame; null if wrappers lead straight to an image, and no chart is involved */
  frame: Frame | null;
  blocked: Blocked;
  /** the device at which the request was queued; null: it never was */
  through: string | null;
  /** the call that it waits for, if `blocked` is `call` */
  call: ImageCall | null;
  /** the fork that it belongs to; null once that stopped waiting, and for requests */
  join: Join | null;
}

/** The frame at which a request entered, or a task began; null: no chart is involved. */
export function rootFrame({ frame }: Agent): Frame | null {
  let root = frame;
  while (root !== null && root.up !== null) root = root.up;
  return root;
}
