/**
 * What a request chart may do: the effect vocabulary.
 *
 * A request chart describes how one read, write, discard... is served by a node. Each of its states
 * does at most one thing, and says so as data in the state's `meta`; nothing in a chart runs. The
 * interpreters (simulate, check, run) read the effect, perform it on their own kind of data, and
 * answer with an event:
 *
 *     effect    the chart is told                          takes time?
 *     ask       the reply of the cluster or node chart     no: atomic; if the other chart does not
 *                                                          handle the event now, the asker waits
 *     call      DONE, DATA, ZERO or FAILED(errno)          yes: anything may happen in between
 *     fork      DONE or FAILED(errno) of all tasks         yes
 *     advance   MORE or END                                no
 *     choose    CHOSEN                                     a branching point of the environment
 *     finish    nothing: the result goes to the caller     no
 *
 * Payload never enters a chart. A chart names registers: `data` is the caller's buffer, `old` holds
 * what is being saved; in `check` a register is a small tag, in `run` it is memory.
 *
 * Ranges. A request covers the bytes [offset, offset + length). Seen in clusters it has a *hull*
 * (all clusters it touches), an *interior* (those as long as any that are wholly inside), and a
 * *whole* (those of which it leaves nothing out): the interior, and the node's last cluster, which
 * may be cut short, if the request reaches the end of the node. Charts that serve a long request
 * piece by piece keep a position: the *rest* is what lies beyond it, the *span* the next piece.
 * *All* are the clusters of the node, whatever the request is for.
 */
import type { BlockStatus, Errno, Operation } from "../vocabulary.ts";

/** A set of clusters: of the request, or `all` that the node has. */
export type ClusterRange = "hull" | "interior" | "whole" | "rest" | "span" | "all";

/** A set of bytes of the request: all of it, its interior or whole clusters, or its span. */
export type ByteRange = "request" | "interior" | "whole" | "span";

/** The buffers that a frame owns. `zero` can be moved from, never to. */
export type Register = "data" | "old";

/** Offers `event` to every cluster of `over`, or to the node. All take it, or the asker waits. */
export interface Ask {
  readonly kind: "ask";
  readonly chart: "cluster" | "node";
  readonly event: string;
  /**
   * `any`: not clusters of the request, but the first one of the node that handles the event; it
   * alone takes it. If there is none the reply is NONE. Who asks that never waits.
   */
  readonly over: ClusterRange | "any";
  /**
   * false: all clusters of the range are asked; of differing replies the one counts that the asked
   * chart lists first. true: only the longest run of equal replies is asked, and becomes the span.
   */
  readonly run: boolean;
}

/** Sends a request to a child and waits for its end. A read fills `register`, a write sends it. */
export interface Call {
  readonly kind: "call";
  /** a child by its edge name; `storage`: the image itself; `entry`: the device or export */
  readonly child: string;
  /** `chosen`: that of the request that the environment chose */
  readonly operation: Operation | "chosen";
  readonly register: Register | null;
  readonly over: ByteRange;
}

/** Starts one task request per cluster and waits for all of them. */
export interface Fork {
  readonly kind: "fork";
  /** key in the driver's `tasks` */
  readonly task: string;
  /** all clusters that the request touches, those that it covers in part, or those wholly in it */
  readonly over: "hull" | "border" | "interior";
}

/** Moves the position behind the span. MORE: something is left; END: nothing is. */
export interface Advance {
  readonly kind: "advance";
}

/**
 * The environment picks: which request comes next. In a sketch (src/system/sketch.ts) a request is
 * no more than an address, and for a write the value that `data` holds.
 */
export interface Choose {
  readonly kind: "choose";
  readonly what: "request" | "address" | "address-and-value";
}

/** The end of the request. */
export interface Finish {
  readonly kind: "finish";
  /** null: success; `from-context`: the error that the chart remembered; else this error */
  readonly errno: Errno | "from-context" | null;
  /** what a block-status request answers; null: what the last call answered */
  readonly status: BlockStatus | null;
  /** what `status` is said of: the whole request, or the span, which must be its beginning */
  readonly over: "request" | "span";
}

export type Effect = Ask | Call | Fork | Advance | Choose | Finish;

/** `meta` of a state: its effect. */
export interface EffectMeta {
  readonly effect: Effect;
}

/** Asks the cluster chart of every cluster in `over` (default: the hull), atomically. */
export function askClusters(event: string, over: ClusterRange = "hull"): EffectMeta {
  return { effect: { kind: "ask", chart: "cluster", event, over, run: false } };
}

/** Asks the clusters of the rest for as long as they answer alike; those become the span. */
export function askRun(event: string): EffectMeta {
  return { effect: { kind: "ask", chart: "cluster", event, over: "rest", run: true } };
}

/**
 * Asks for any cluster of the node: the first that handles the event takes it, and NONE is the
 * reply if there is none. It never waits. Which cluster it was the asker is not told.
 */
export function askAny(event: string): EffectMeta {
  return { effect: { kind: "ask", chart: "cluster", event, over: "any", run: false } };
}

/** Asks the node chart. */
export function askNode(event: string): EffectMeta {
  return { effect: { kind: "ask", chart: "node", event, over: "hull", run: false } };
}

/** Calls a child. Writes and reads name the register that holds the bytes. */
export function call(
  child: string,
  operation: Operation | "chosen",
  register: Register | null = null,
  over: ByteRange = "request",
): EffectMeta {
  return { effect: { kind: "call", child, operation, register, over } };
}

/** Forks the driver's task chart over clusters of the request. */
export function fork(task: string, over: Fork["over"] = "hull"): EffectMeta {
  return { effect: { kind: "fork", task, over } };
}

/** Goes on to the part of the request behind the span. */
export function advance(): EffectMeta {
  return { effect: { kind: "advance" } };
}

/** Lets the environment choose the next request into the frame. */
export function choose(what: Choose["what"] = "request"): EffectMeta {
  return { effect: { kind: "choose", what } };
}

/** Ends the request with success; a block-status request may answer by itself. */
export function done(
  status: BlockStatus | null = null,
  over: Finish["over"] = "request",
): EffectMeta {
  return { effect: { kind: "finish", errno: null, status, over } };
}

/** Ends the request with an error: the given one, or the one remembered in the context. */
export function failed(errno: Errno | "from-context" = "from-context"): EffectMeta {
  return { effect: { kind: "finish", errno, status: null, over: "request" } };
}
