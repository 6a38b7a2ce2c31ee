/**
 * Charts of a node that hands every request on to one child, as it came.
 */
import { forwardChart } from "../chart/forward.ts";
import { STORAGE_OPERATIONS } from "../vocabulary.ts";
import type { DriverCharts } from "./driver.ts";

/** @param child name of the edge */
export function forwardingCharts(driver: string, child: string): DriverCharts {
  return {
    cluster: null,
    node: null,
    requests: Object.fromEntries(
      [...STORAGE_OPERATIONS, "write-unchanged" as const, "is-missing" as const].map(
        (operation) => [operation, forwardChart(`${driver}/${operation}`, child, operation)],
      ),
    ),
    tasks: {},
  };
}
