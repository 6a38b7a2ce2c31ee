/**
 * The charts of a driver as its manual page shows them: drawn, one below the other. Where they
 * depend on options, there is a drawing for each that differs, and the options that it is for.
 */
import type { Viz } from "@viz-js/viz";
import type { Chart } from "../../../chart/chart.ts";
import type { Driver, DriverCharts } from "../../../drivers/driver.ts";
import { chartSketch } from "../../draw/chart-picture.ts";
import { layOut } from "../../draw/lay-out.ts";
import type { DrawingSketch } from "../../draw/sketch.ts";
import { chartBlocks } from "../model/pictures.ts";
import type { Block } from "../page-document.ts";
import { type Parameters, settingsText } from "./chart-settings.ts";

/** View reads at once that counters are built for. */
const READERS = 2;

/** A chart as some sets of options have it. */
interface Drawn {
  readonly chart: Chart;
  readonly sketch: DrawingSketch;
  readonly of: Parameters[];
}

export function driverCharts(viz: Viz): (driver: Driver) => Block[] {
  return (driver) => {
    const variants = driver.variants({ readers: READERS });
    const all = variants.map(({ parameters }) => parameters);
    const charts = new Map<string, Map<string, Drawn>>();
    for (const { parameters, charts: own } of variants) {
      for (const chart of chartsIn(own)) {
        const sketch = chartSketch(`The chart ${chart.name}`, chart);
        const alike = charts.get(chart.name) ?? new Map<string, Drawn>();
        const key = JSON.stringify(sketch);
        const known = alike.get(key) ?? { chart, sketch, of: [] };
        known.of.push(parameters);
        charts.set(chart.name, alike.set(key, known));
      }
    }
    return [...charts].map(([name, alike]): Block => {
      const drawings = [...alike.values()];
      const some = drawings.length > 1 || drawings.some(({ of }) => of.length < all.length);
      const many = drawings.length === 1 ? "" : `, ${drawings.length} forms by options`;
      const blocks = drawings.flatMap(({ chart, sketch, of }): Block[] => {
        const drawn = chartBlocks(chart, layOut(viz, sketch));
        return some ? [{ kind: "details", summary: settingsText(of, all), blocks: drawn }] : drawn;
      });
      return { kind: "details", summary: `${name}${many}`, blocks };
    });
  };
}

function chartsIn({ cluster, node, requests, tasks }: DriverCharts): Chart[] {
  const all = [cluster, node, ...Object.values(requests), ...Object.values(tasks)];
  return all.filter((chart) => chart !== null && chart !== undefined);
}
