/**
 * The chart of a node that hands a request to a child and passes its outcome up.
 *
 * Every interpreter collapses such charts (see pass-through.ts); they exist so that a driver's
 * description is complete, and drawn.
 */
import type { Operation } from "../vocabulary.ts";
import { type Chart, requestChart } from "./chart.ts";
import { call, done, failed } from "./effects.ts";
import { requestSetup } from "./request-setup.ts";

/** The register with the bytes of a request that is handed on: those that are read or written. */
export function payloadOf(operation: Operation): "data" | null {
  return /read$|^write(-unchanged|-compressed)?$/.test(operation) ? "data" : null;
}

/**
 * @param name the chart's name, `driver/operation`
 * @param child edge name, or `storage`
 * @param operation what is asked of the child; it need not be what was asked of the parent
 */
export function forwardChart(name: string, child: string, operation: Operation): Chart {
  const machine = requestSetup().createMachine({
    id: name,
    initial: "forwarding",
    context: { errno: null },
    states: {
      forwarding: {
        meta: call(child, operation, payloadOf(operation)),
        on: {
          DONE: "done",
          DATA: "done",
          ZERO: "done",
          FAILED: { target: "failed", actions: "remember" },
        },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
