/**
 * Maps of what nodes remember of their clusters: one for each fact that their charts tell.
 */
import type { Execution } from "../../system/execution.ts";
import type { LiveNode } from "../../system/live-node.ts";
import { factsOf } from "./chart-facts.ts";
import { type MapSheets, type Sheet, SQUARES_MAX } from "./map-sheets.ts";
import { countLook } from "./state-names.ts";

/** States by number, each as the squares that it fills, one for each fact. */
type Looks = Map<number, readonly { readonly sheet: Sheet; readonly state: number }[]>;

interface Known {
  /** the chart and the size of its clusters: a node of the same name may have another one later */
  readonly chart: string;
  readonly looks: Looks;
  readonly sheets: Set<Sheet>;
  /** state of every cluster when it was looked at last */
  clusters: Uint16Array;
}

export class ChartMaps {
  /** nodes that have too many clusters for a map */
  readonly leftOut: string[] = [];
  readonly #sheets: MapSheets;
  readonly #nodes = new Map<string, Known>();

  constructor(sheets: MapSheets) {
    this.#sheets = sheets;
  }

  /** Finds out what is different now. */
  look({ nodes }: Execution): void {
    for (const node of nodes.values()) if (node.description.cluster !== null) this.#node(node);
    for (const [name, known] of this.#nodes) {
      const chart = nodes.get(name)?.description.cluster;
      if (chart?.name === known.chart) continue;
      this.#leave(known, 0);
      this.#nodes.delete(name);
    }
  }

  #node(node: LiveNode): void {
    const { name, cluster, clusterSize } = node.description;
    const { clusters } = node;
    if (cluster === null) return;
    if (clusters.length > SQUARES_MAX) {
      if (!this.leftOut.includes(name)) this.leftOut.push(name);
      return;
    }
    let known = this.#nodes.get(name);
    if (known !== undefined && known.chart !== cluster.name) {
      this.#leave(known, 0);
      known = undefined;
    }
    if (known === undefined) {
      const empty = { looks: new Map(), sheets: new Set<Sheet>(), clusters: new Uint16Array(0) };
      known = { chart: cluster.name, ...empty };
      this.#nodes.set(name, known);
    }
    const before = known.clusters;
    let changed = before.length !== clusters.length;
    if (before.length > clusters.length) this.#leave(known, clusters.length);
    for (let index = 0; index < clusters.length; index++) {
      const state = clusters[index] ?? 0;
      if (index < before.length && before[index] === state) continue;
      changed = true;
      for (const look of this.#looks(known, node, state, clusterSize)) {
        this.#sheets.set(look.sheet, index, look.state);
      }
    }
    if (changed) known.clusters = clusters.slice();
  }

  #looks(known: Known, { description }: LiveNode, state: number, clusterSize: number) {
    const found = known.looks.get(state);
    if (found !== undefined) return found;
    const chart = description.cluster;
    const at = chart?.states[state];
    if (chart === null || at === undefined) return [];
    const looks = factsOf(chart.name, at).map(({ name, value, count }) => {
      const id = `node ${description.name} ${chart.name} ${name}`;
      const sheet = this.#sheets.sheet(id, `${description.name}: ${name}`, clusterSize);
      known.sheets.add(sheet);
      const look = count === null ? null : countLook(count);
      return { sheet, state: sheet.names.position(value, look) };
    });
    known.looks.set(state, looks);
    return looks;
  }

  /** Clusters from some number on are there no more. */
  #leave({ sheets }: Known, from: number): void {
    for (const sheet of sheets) {
      for (let index = from; index < sheet.now.length; index++) this.#sheets.set(sheet, index, 0);
    }
  }
}
