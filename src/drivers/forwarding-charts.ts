/**
 * Charts of a node that hands every request on to one child, as it came.
 */
import { forwardChart } from "../chart/forward.ts";
import { STORAGE_OPERATIONS } from "../vocabulary.ts";
import type { DriverCharts } from "./driver.ts";

const HANDED_ON = [
  ...STORAGE_OPERATIONS,
  ...(["write-unchanged", "write-compressed", "is-missing", "is-in-base"] as const),
] as const;

/** @param child name of the edge */
export function forwardingCharts(driver: string, child: string): DriverCharts {
  return {
    cluster: null,
    node: null,
    requests: Object.fromEntries(
      HANDED_ON.map((operation) => [
        operation,
        forwardChart(`${driver}/${operation}`, child, operation),
      ]),
    ),
    tasks: {},
  };
}
