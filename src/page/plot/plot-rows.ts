/**
 * The points of a plot as uPlot takes them: one list of places across, and for every series a value
 * or nothing at each of them.
 */
import type { Plot } from "../../report/site/page-document.ts";

export interface PlotRow {
  readonly series: number;
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/** All points in ascending x, each a row of its own; rows of the same x keep their order. */
export function plotRows({ series }: Plot): PlotRow[] {
  return series
    .flatMap(({ points }, place) => points.map((point) => ({ ...point, series: place })))
    .sort((left, right) => left.x - right.x);
}

/** uPlot's columns: the places across, then the values of each series. */
export function plotColumns(rows: readonly PlotRow[], seriesCount: number) {
  const across = rows.map(({ x }) => x);
  const up = Array.from({ length: seriesCount }, (_, place) =>
    rows.map(({ series, y }) => (series === place ? y : null)),
  );
  return { across, up };
}
