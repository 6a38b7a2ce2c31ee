/**
 * The charts of a driver as its manual page shows them: drawn, one below the other.
 *
 * Limit: of a driver whose charts depend on its options those of its first set of options.
 */
import type { Viz } from "@viz-js/viz";
import type { Driver } from "../../../drivers/driver.ts";
import { chartBlocks, DrawnCharts } from "../model/pictures.ts";
import type { Block } from "../page-document.ts";

/** View reads at once that counters are built for. */
const READERS = 2;

export function driverCharts(viz: Viz): (driver: Driver) => Block[] {
  const drawn = new DrawnCharts(viz);
  return (driver) => {
    const [variant] = driver.variants({ readers: READERS });
    if (variant === undefined) return [];
    const { cluster, node, requests, tasks } = variant.charts;
    const remembering = [cluster, node].filter((chart) => chart !== null);
    const all = [...remembering, ...Object.values(requests), ...Object.values(tasks)];
    return all.map((chart) => ({
      kind: "details",
      summary: chart.name,
      blocks: chartBlocks(chart, drawn.draw(`${driver.name} ${chart.name}`, chart)),
    }));
  };
}
