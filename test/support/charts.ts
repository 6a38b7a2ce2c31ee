/**
 * Every chart of every driver, for tests that quantify over charts. A driver that is added to the
 * registry is in these lists by itself.
 */
import type { Chart } from "../../src/chart/chart.ts";
import type { Driver, DriverCharts } from "../../src/drivers/driver.ts";
import { DRIVERS } from "../../src/drivers/registry.ts";

/** One of the sets of charts that a driver can have. */
export interface Variant {
  readonly driver: Driver;
  /** driver and parameters, as a test prints them */
  readonly name: string;
  readonly charts: DriverCharts;
}

/** View reads that may use one cluster at once, in the charts of these lists. */
export const READERS = 2;

export const VARIANTS: readonly Variant[] = [...DRIVERS.values()].flatMap((driver) =>
  driver.variants({ readers: READERS }).map(({ name, charts }) => ({ driver, name, charts })),
);

/** All charts of a variant: cluster, node, requests, tasks. */
export function chartsOf({ cluster, node, requests, tasks }: DriverCharts): readonly Chart[] {
  const remembering = [cluster, node].filter((chart) => chart !== null);
  return [...remembering, ...Object.values(requests), ...Object.values(tasks)];
}
