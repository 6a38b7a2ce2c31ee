/**
 * A chart: one XState machine that describes one aspect of a driver, and what the tables need to
 * know about it besides the machine (DESIGN section 3).
 *
 * Three kinds. A *cluster chart* is what a node remembers about one cluster, a *node chart* what it
 * remembers once; both answer every event they handle with a reply, which is the event that the
 * transition emits. A *request chart* is how one request is served; its states carry effects.
 */
import type { AnyStateMachine, EventObject } from "xstate";
import { z } from "zod";
import { ERRNOS, type Errno } from "../vocabulary.ts";

export type ChartKind = "cluster" | "node" | "request";

/** An event of a chart's alphabet. Only FAILED carries something: the error. */
export interface ChartEvent extends EventObject {
  readonly errno?: Errno;
}

export interface Chart {
  /** `driver/aspect`, as it is printed */
  readonly name: string;
  readonly kind: ChartKind;
  readonly machine: AnyStateMachine;
  /** the whole alphabet; events that carry an error once per error */
  readonly events: readonly ChartEvent[];
  /**
   * Replies that the chart can emit, in order of precedence: where several clusters answer one
   * question differently, the reply listed first counts. Empty for request charts.
   */
  readonly replies: readonly string[];
  /** bounds of the machine's context; leaving them is an error, never a wrap */
  readonly context: z.ZodType;
}

/** How an event is printed and looked up: `CLAIM`, `FAILED(EIO)`. */
export function eventName(event: ChartEvent): string {
  return event.errno === undefined ? event.type : `${event.type}(${event.errno})`;
}

/** What a request chart remembers: the error that it will end with. */
const requestContext = z.strictObject({ errno: z.enum(ERRNOS).nullable() });

/** Makes a cluster or node chart of a machine whose transitions emit `replies`. */
export function stateChart(
  kind: "cluster" | "node",
  name: string,
  machine: AnyStateMachine,
  replies: readonly string[],
  context: z.ZodType = z.strictObject({}),
): Chart {
  const events = machine.events.map((type): ChartEvent => ({ type }));
  return { name, kind, machine, events, replies, context };
}

/** Makes a request chart. FAILED is in its alphabet once for every error. */
export function requestChart(name: string, machine: AnyStateMachine): Chart {
  const events = machine.events.flatMap((type): ChartEvent[] =>
    type === "FAILED" ? ERRNOS.map((errno) => ({ type, errno })) : [{ type }],
  );
  return { name, kind: "request", machine, events, replies: [], context: requestContext };
}
