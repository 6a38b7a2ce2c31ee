/**
 * Draws a plot with uPlot, in the colours that the style sheet has at the time, and again when the
 * system turns dark, the page is printed, or the frame changes its width.
 */
import uPlot from "uplot";
import type { Plot } from "../../report/site/page-document.ts";
import { plotColumns, plotRows } from "./plot-rows.ts";
import { SHAPES } from "./shapes.ts";

const HEIGHT = 340;
const POINT_RADIUS = 4.5;
/** More points than this are drawn without their labels: these would cover each other. */
const LABELLED_MAX = 40;

/** Values that lie closer together than this are drawn on an even axis, whatever was asked for. */
const DECADE = 10;
const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** Distances between ticks: 1, 2 and 5 of every power of ten. */
const WHOLE = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power));

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Scale {
  /** 3: logarithmic, in uPlot's words */
  readonly distr?: 3;
  readonly range: [number, number];
}

interface Inks {
  readonly text: string;
  readonly grid: string;
  readonly series: readonly string[];
}

/** The colours in force: a canvas knows none of the style sheet's own names for them. */
function inksOf(frame: HTMLElement, legend: HTMLElement): Inks {
  const style = getComputedStyle(frame);
  const series = [...legend.children].map((entry) => getComputedStyle(entry).color);
  return { text: style.color, grid: style.borderTopColor, series };
}

/** Draws into the frame until what it returns is called. */
export function drawPlot(plot: Plot, frame: HTMLElement, legend: HTMLElement): () => void {
  const rows = plotRows(plot);
  const { across, up } = plotColumns(rows, plot.series.length);
  let drawn: uPlot | null = null;
  const draw = (): void => {
    drawn?.destroy();
    const options = optionsOf(plot, inksOf(frame, legend), frame.clientWidth);
    drawn = new uPlot(options, [across, ...up], frame);
  };
  draw();
  const media = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  for (const query of media) query.addEventListener("change", draw);
  const resized = new ResizeObserver(() => {
    if (drawn !== null && drawn.width !== frame.clientWidth) {
      drawn.setSize({ width: frame.clientWidth, height: HEIGHT });
    }
  });
  resized.observe(frame);
  return () => {
    resized.disconnect();
    for (const query of media) query.removeEventListener("change", draw);
    drawn?.destroy();
  };
}

function optionsOf(plot: Plot, inks: Inks, width: number): uPlot.Options {
  const points = plot.series.flatMap((series) => series.points);
  const [across, up] = [scaleOf(plot, points, "x"), scaleOf(plot, points, "y")];
  const font = "12px system-ui, sans-serif";
  const grid = { stroke: inks.grid, width: 1 };
  const ticks = { show: false };
  const axis = { stroke: inks.text, grid, ticks, font, labelFont: font, labelSize: 20, gap: 6 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { show: false } },
    scales: {
      x: { time: false, ...across },
      y: up,
    },
    axes: [
      { ...axis, ...ticksOf(across, points, "x"), label: plot.across, size: 30 },
      { ...axis, ...ticksOf(up, points, "y"), label: plot.up, size: 60 },
    ],
    series: [{}, ...plot.series.map(({ name }) => ({ label: name, paths: () => null }))],
    hooks: { draw: [(drawn) => drawSeries(drawn, plot, inks)] },
  };
}

/** Powers of ten where the plot asks for them and all values can have a logarithm. */
function scaleOf(plot: Plot, points: readonly Point[], side: "x" | "y"): Scale {
  const values = points.map((point) => point[side]);
  if (values.length === 0) return { range: [0, 1] };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (plot.logarithmic && low > 0 && high / low >= DECADE) {
    return { distr: 3, range: [low / 1.6, high * 1.6] };
  }
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  const start = low >= 0 && low - room < 0 ? 0 : low - room;
  return { range: [start, high + room] };
}

/** On a logarithmic axis the powers of ten alone; whole numbers where there are no others. */
function ticksOf(scale: Scale, points: readonly Point[], side: "x" | "y"): Partial<uPlot.Axis> {
  if (scale.distr === undefined) {
    return points.every((point) => Number.isInteger(point[side])) ? { incrs: WHOLE.flat() } : {};
  }
  const [low, high] = scale.range;
  const first = Math.ceil(Math.log10(low));
  const count = Math.floor(Math.log10(high)) - first + 1;
  const splits = Array.from({ length: Math.max(0, count) }, (_, place) => 10 ** (first + place));
  const values = splits.map((value) => number.format(value));
  return { splits: () => splits, values: () => values };
}

function drawSeries(drawn: uPlot, plot: Plot, inks: Inks): void {
  const { ctx } = drawn;
  const ratio = uPlot.pxRatio;
  const count = plot.series.reduce((sum, { points }) => sum + points.length, 0);
  ctx.save();
  ctx.beginPath();
  ctx.rect(drawn.bbox.left, drawn.bbox.top, drawn.bbox.width, drawn.bbox.height);
  ctx.clip();
  ctx.lineWidth = 2 * ratio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  for (const [place, { points }] of plot.series.entries()) {
    const ink = inks.series[place] ?? inks.text;
    const line = new Path2D();
    const signs = new Path2D();
    ctx.fillStyle = inks.text;
    for (const [order, { x, y, label }] of points.entries()) {
      const [left, top] = [drawn.valToPos(x, "x", true), drawn.valToPos(y, "y", true)];
      if (order === 0) line.moveTo(left, top);
      else line.lineTo(left, top);
      SHAPES[place % SHAPES.length]?.add(signs, left, top, POINT_RADIUS * ratio);
      if (plot.kind === "points" && count <= LABELLED_MAX) writeLabel(drawn, label, left, top);
    }
    ctx.strokeStyle = ink;
    ctx.fillStyle = ink;
    if (plot.kind === "line") ctx.stroke(line);
    if (plot.kind === "points" || points.length <= LABELLED_MAX) ctx.fill(signs);
  }
  ctx.restore();
}

/** Beside the point, on the side where there is room. */
function writeLabel(drawn: uPlot, text: string, left: number, top: number): void {
  const gap = (POINT_RADIUS + 4) * uPlot.pxRatio;
  const crowded = left > drawn.bbox.left + drawn.bbox.width * 0.8;
  drawn.ctx.textAlign = crowded ? "right" : "left";
  drawn.ctx.textBaseline = "middle";
  drawn.ctx.fillText(text, crowded ? left - gap : left + gap, top);
}
