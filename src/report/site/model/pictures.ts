/**
 * The pictures of a model: its graph, and the charts of the drivers in it.
 */
import type { Viz } from "@viz-js/viz";
import type { Chart } from "../../../chart/chart.ts";
import { passThrough } from "../../../chart/pass-through.ts";
import { tabulate } from "../../../chart/tabulate.ts";
import { DRIVERS } from "../../../drivers/registry.ts";
import { childEdges } from "../../../graph/graph.ts";
import { profile } from "../../../graph/profile.ts";
import type { Model } from "../../../system/model.ts";
import type { Session } from "../../../system/session.ts";
import { chartPicture } from "../../draw/chart-picture.ts";
import { graphPicture } from "../../draw/graph-picture.ts";
import { code, heading, paragraph } from "../blocks.ts";
import type { Block } from "../page-document.ts";
import type { Picture } from "../picture.ts";
import { atRest } from "./at-rest.ts";

/** Reads of one cluster that drawn charts count up to. */
const READERS = 2;

/** Charts that were drawn already: many models have the same. */
export class DrawnCharts {
  readonly #viz: Viz;
  readonly #pictures = new Map<string, Picture>();

  constructor(viz: Viz) {
    this.#viz = viz;
  }

  /** @param key of all charts that are drawn alike */
  draw(key: string, chart: Chart): Picture {
    const known = this.#pictures.get(key);
    if (known !== undefined) return known;
    const picture = chartPicture(this.#viz, `The chart ${chart.name}`, chart);
    this.#pictures.set(key, picture);
    return picture;
  }
}

/**
 * The graph while guests and readers are at work, and the charts of its nodes.
 *
 * Limit: what of a chart depends on the place of its node beside its children is drawn as where
 * nothing depends on it.
 */
export function pictureBlocks(viz: Viz, model: Model, drawnCharts: DrawnCharts): Block[] {
  const session = atRest(model);
  const { graph, execution } = session;
  const drawn = { graph, nodes: execution.nodes, profile: profile(model.profile) };
  const charts = chartsOf(model, session);
  return [
    heading(2, "The graph"),
    {
      kind: "picture",
      picture: graphPicture(viz, `The block graph of ${model.name}`, drawn),
      caption:
        "Users at the top, images at the bottom. On each edge stands what it needs, then what it " +
        "lets others do: R consistent read, W write, U write unchanged, S resize. Its hint says " +
        "where each of these is from.",
    },
    ...(charts.length === 0 ? [] : [heading(2, "The charts")]),
    ...charts.map(({ node, driver, key, charts: own }): Block => {
      const summary = `${node}: ${driver}, ${own.length} ${own.length === 1 ? "chart" : "charts"}`;
      const blocks = own.flatMap((chart) => {
        return chartBlocks(chart, drawnCharts.draw(`${key} ${chart.name}`, chart));
      });
      return { kind: "details", summary, blocks };
    }),
  ];
}

/** A chart, and what it is a chart of. */
export function chartBlocks({ name, kind }: Chart, picture: Picture): Block[] {
  return [
    paragraph(code(name), `: ${CHART_KINDS[kind]}`),
    { kind: "picture", picture, caption: "" },
  ];
}

const CHART_KINDS = {
  cluster: "what is remembered of one cluster",
  node: "what the node remembers once",
  request: "how one request is served",
} as const;

/** The charts of every node that does more than to hand requests on; equal ones once. */
function chartsOf({ profile: name }: Model, { graph }: Session) {
  const shown = new Set<string>();
  return [...graph.nodes.values()].flatMap((node) => {
    const driver = DRIVERS.get(node.driver);
    if (driver === undefined) return [];
    const edges = childEdges(graph, { kind: "node", name: node.name });
    const children = new Set(edges.map((edge) => edge.name));
    const place = { children, serialised: false, last: false };
    const instance = driver.instantiate(node.options, profile(name), place);
    const { chartKey } = instance;
    if (shown.has(chartKey)) return [];
    shown.add(chartKey);
    const { cluster, node: own, requests, tasks } = instance.charts({ readers: READERS });
    const all = [cluster, own, ...Object.values(requests), ...Object.values(tasks)];
    const distinct = new Map(
      all.flatMap((chart) => (chart === null || chart === undefined ? [] : [[chart.name, chart]])),
    );
    const charts = [...distinct.values()].filter(doesMore);
    return charts.length === 0
      ? []
      : [{ node: node.name, driver: node.driver, key: chartKey, charts }];
  });
}

function doesMore(chart: Chart): boolean {
  return chart.kind !== "request" || passThrough(tabulate(chart)) === null;
}
