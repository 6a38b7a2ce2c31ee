/**
 * A plot: the curve for the eye, its names and signs as words, and all its points as a table.
 */
import { useEffect, useRef } from "preact/hooks";
import type { Cell, Column, Plot } from "../../report/site/page-document.ts";
import { theme } from "../frame/theme.tsx";
import { Table } from "../table/table.tsx";
import { drawPlot } from "./draw-plot.ts";
import { plotRows } from "./plot-rows.ts";
import { SHAPES } from "./shapes.ts";

interface PlotFigureProps {
  readonly plot: Plot;
  readonly caption: string;
}

export function PlotFigure({ plot, caption }: PlotFigureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const chosen = theme.value;
  useEffect(() => {
    if (frame.current === null || legend.current === null) return;
    return drawPlot(plot, frame.current, legend.current);
  }, [plot, chosen]);
  return (
    <figure class="plot panel">
      <p class="plot-title">{plot.title}</p>
      <ul class="legend" ref={legend}>
        {plot.series.map(({ name }, place) => (
          <li key={name} class={`series series-${place % SHAPES.length}`}>
            <span class="sign" aria-hidden="true">
              {SHAPES[place % SHAPES.length]?.sign}
            </span>
            <span class="series-name">{name}</span>
          </li>
        ))}
      </ul>
      <div class="plot-frame" ref={frame} role="img" aria-label={plotLabel(plot)} />
      {caption !== "" && <figcaption>{caption}</figcaption>}
      <details class="details">
        <summary>The points as a table</summary>
        <Table caption={plot.title} columns={columnsOf(plot)} rows={tableRows(plot)} sortable />
      </details>
    </figure>
  );
}

function plotLabel({ title, across, up, series }: Plot): string {
  const names = series.map(({ name }) => name).join(", ");
  return `${title}. Across: ${across}; up: ${up}. ${names}. The points follow as a table.`;
}

function columnsOf({ across, up }: Plot): Column[] {
  return [
    { title: "series", align: "start" },
    { title: "point", align: "start" },
    { title: across, align: "end" },
    { title: up, align: "end" },
  ];
}

function tableRows(plot: Plot): Cell[][] {
  return plotRows(plot).map(({ series, label, x, y }) => [
    { text: [plot.series[series]?.name ?? ""] },
    { text: [label] },
    { text: [String(x)], sort: x },
    { text: [String(y)], sort: y },
  ]);
}
