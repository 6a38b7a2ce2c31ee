/**
 * Where in a driver a mutant changes a chart. A driver without that chart stays as it is.
 */
import type { Chart } from "../src/chart/chart.ts";
import type { ChartMutation } from "../src/system/system.ts";
import type { Operation } from "../src/vocabulary.ts";

type Change = (chart: Chart) => Chart;

/** @param driver name of the driver that is changed */
export function changesOf(driver: string) {
  return {
    /** in the chart that serves one operation */
    inRequest: (operation: Operation, change: Change): ChartMutation => ({
      driver,
      change: (charts) => {
        const chart = charts.requests[operation];
        if (chart === undefined) return charts;
        return { ...charts, requests: { ...charts.requests, [operation]: change(chart) } };
      },
    }),
    /** in the chart of one kind of task */
    inTask: (task: string, change: Change): ChartMutation => ({
      driver,
      change: (charts) => {
        const chart = charts.tasks[task];
        if (chart === undefined) return charts;
        return { ...charts, tasks: { ...charts.tasks, [task]: change(chart) } };
      },
    }),
    /** in what a node remembers about a cluster */
    inCluster: (change: Change): ChartMutation => ({
      driver,
      change: (charts) => {
        const { cluster } = charts;
        return cluster === null ? charts : { ...charts, cluster: change(cluster) };
      },
    }),
  };
}
