/**
 * What a node remembers about its clusters, as text.
 *
 * A short disk is shown with one character for each cluster, one line for each fact; a long one as
 * runs of clusters that are alike.
 *
 *     copy    ##-~     # dirty   ~ copying   - clean
 *     done    --#-     # yes     - no
 */
import type { LiveNode } from "../system/live-node.ts";
import { bytesText } from "./bytes-text.ts";

/** Clusters next to each other that are in the same state. */
export interface ClusterRun {
  readonly first: number;
  readonly count: number;
  /** as the chart prints it: `dirty·no·allowed frozen=0 held=0` */
  readonly state: string;
}

/** More clusters than this are shown as runs. */
const CHARACTERS_MAX = 64;
const RUNS_MAX = 32;

/**
 * What the regions of a cluster chart are called, in the chart's order, and how their states are
 * drawn. A chart that is not listed is shown by the names of its states.
 */
const FACTS: Readonly<Record<string, readonly { fact: string; marks: Record<string, string> }[]>> =
  {
    "copy-before-write/cluster": [
      { fact: "copy", marks: { dirty: "#", copying: "~", clean: "-" } },
      { fact: "done", marks: { yes: "#", no: "-" } },
      { fact: "access", marks: { allowed: "-", denied: "x" } },
    ],
  };

/** The clusters of a node, joined where they are alike. */
export function clusterRuns(node: LiveNode): ClusterRun[] {
  const states = node.description.cluster?.states ?? [];
  const runs: { first: number; count: number; state: string }[] = [];
  for (const [cluster, index] of node.clusters.entries()) {
    const state = states[index]?.name ?? "?";
    const last = runs.at(-1);
    if (last?.state === state) last.count++;
    else runs.push({ first: cluster, count: 1, state });
  }
  return runs;
}

/** The cluster map of a node, line by line; empty for a node that remembers nothing per cluster. */
export function clusterMap(node: LiveNode): string[] {
  const { name, cluster, clusterSize } = node.description;
  if (cluster === null) return [];
  const total = node.clusters.length;
  const title = `${name}: ${total} clusters of ${bytesText(clusterSize)}`;
  const facts = FACTS[cluster.name];
  if (facts === undefined || total > CHARACTERS_MAX) return [title, ...runLines(node)];
  const states = [...node.clusters].map((index) => cluster.states[index]);
  const lines = facts.map(({ fact, marks }, region) => {
    const row = states.map((state) => marks[regionsOf(state?.name)[region] ?? ""] ?? "?");
    const legend = Object.entries(marks).map(([state, mark]) => `${mark} ${state}`);
    return `  ${fact.padEnd(8)}${row.join("")}   ${legend.join("   ")}`;
  });
  const counters = Object.keys(states[0]?.context ?? {}).map((counter) => {
    const row = states.map((state) => countMark(state?.context[counter]));
    return `  ${counter.padEnd(8)}${row.join("")}   how many, - none`;
  });
  return [title, ...lines, ...counters];
}

function regionsOf(stateName = ""): string[] {
  return stateName.replace(/ .*/, "").split("·");
}

function countMark(count: unknown): string {
  if (typeof count !== "number") return "?";
  if (count === 0) return "-";
  return count < 10 ? String(count) : "+";
}

function runLines(node: LiveNode): string[] {
  const facts = FACTS[node.description.cluster?.name ?? ""] ?? [];
  const runs = clusterRuns(node);
  const width = String(node.clusters.length).length * 2 + 1;
  const lines = runs.slice(0, RUNS_MAX).map(({ first, count, state }) => {
    const range = count === 1 ? `${first}` : `${first}-${first + count - 1}`;
    return `  ${range.padEnd(width)}  ${stateText(state, facts)}`;
  });
  const rest = runs.slice(RUNS_MAX);
  if (rest.length === 0) return lines;
  return [...lines, `  ${rest.length} more runs from cluster ${rest[0]?.first} on`];
}

/** `copy clean, done yes, access allowed`; counters that are 0 are left out. */
function stateText(state: string, facts: readonly { fact: string }[]): string {
  const regions = regionsOf(state).map((value, index) => {
    const fact = facts[index]?.fact;
    return fact === undefined ? value : `${fact} ${value}`;
  });
  const counters = state
    .split(" ")
    .slice(1)
    .filter((counter) => !counter.endsWith("=0"));
  return [...regions, ...counters].join(", ");
}
