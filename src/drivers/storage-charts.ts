/**
 * Charts of a node that is its image: every request goes straight to it.
 */
import { forwardChart } from "../chart/forward.ts";
import { STORAGE_OPERATIONS } from "../vocabulary.ts";
import type { DriverCharts } from "./driver.ts";

export function storageCharts(driver: string): DriverCharts {
  return {
    cluster: null,
    node: null,
    requests: {
      ...Object.fromEntries(
        STORAGE_OPERATIONS.map((operation) => [
          operation,
          forwardChart(`${driver}/${operation}`, "storage", operation),
        ]),
      ),
      "write-unchanged": forwardChart(`${driver}/write-unchanged`, "storage", "write"),
      "write-compressed": forwardChart(`${driver}/write-compressed`, "storage", "write-compressed"),
    },
    tasks: {},
  };
}
