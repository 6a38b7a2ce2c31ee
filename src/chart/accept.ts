/**
 * The chart of an operation that succeeds without doing anything.
 */
import type { BlockStatus } from "../vocabulary.ts";
import { type Chart, requestChart } from "./chart.ts";
import { done } from "./effects.ts";
import { requestSetup } from "./request-setup.ts";

/** @param status what a block-status operation answers for the whole range */
export function acceptChart(name: string, status: BlockStatus | null = null): Chart {
  const machine = requestSetup().createMachine({
    id: name,
    initial: "done",
    context: { errno: null },
    states: { done: { type: "final", meta: done(status) } },
  });
  return requestChart(name, machine);
}
