/**
 * The state in words: everything that has a name and a value, so that what a step changed can be
 * said as the difference of two such lists.
 */
import type { Edge, Graph } from "../../graph/graph.ts";
import { permissionText } from "../../graph/permission.ts";
import type { Execution } from "../../system/execution.ts";
import type { LiveNode } from "../../system/live-node.ts";
import type { Change } from "../site/player-trace.ts";
import type { Followed } from "./agents.ts";

/** Names and values, in the order in which they are shown. */
export type Facts = ReadonlyMap<string, string>;

/** Nodes with more clusters say them by their map alone. */
const CLUSTERS_IN_WORDS = 16;

/** What commands have made. Changes with the graph alone. */
export function graphFacts({ nodes, devices, exports, jobs, edges }: Graph): Facts {
  const facts = new Map<string, string>();
  for (const { id, driver } of devices.values()) facts.set(`guest ${id}`, driver);
  for (const { id, type, writable } of exports.values()) {
    facts.set(`export ${id}`, writable ? `${type}, writable` : type);
  }
  for (const { id, type, paused, concluded, error } of jobs.values()) {
    const ended = error === undefined ? "concluded" : `failed: ${error}`;
    facts.set(`job ${id}`, `${type}${paused ? ", paused" : ""}${concluded ? `, ${ended}` : ""}`);
  }
  for (const { name, driver, readOnly } of nodes.values()) {
    facts.set(`node ${name}`, readOnly ? `${driver}, read-only` : driver);
  }
  for (const edge of edges.toReversed()) facts.set(edgeName(edge), edgeText(edge));
  return facts;
}

/** What nodes remember, and where requests stand. */
export function executionFacts(execution: Execution, agents: Iterable<Followed>): Facts {
  const facts = new Map<string, string>();
  for (const client of execution.quiesced) facts.set(`${client} is`, "quiesced");
  for (const node of execution.nodes.values()) addNodeFacts(facts, node);
  for (const { name, standing } of agents) facts.set(name, standing);
  return facts;
}

function addNodeFacts(facts: Map<string, string>, { description, state, clusters }: LiveNode) {
  const { name, node, cluster } = description;
  if (node !== null) facts.set(`${name} as a whole`, node.states[state]?.name ?? "?");
  if (cluster === null || clusters.length > CLUSTERS_IN_WORDS) return;
  for (const [index, at] of clusters.entries()) {
    facts.set(`${name} cluster ${index}`, cluster.states[at]?.name ?? "?");
  }
}

/** From one list to the next. */
export function changesBetween(before: Facts, after: Facts): Change[] {
  const changes: Change[] = [];
  for (const [what, value] of after) {
    const old = before.get(what) ?? null;
    if (old !== value) changes.push({ what, before: old, after: value });
  }
  for (const [what, value] of before) {
    if (!after.has(what)) changes.push({ what, before: value, after: null });
  }
  return changes;
}

/** `edge hook-disk (file)`. */
function edgeName({ parent, child, name }: Edge): string {
  return `edge ${parent.name}-${child} (${name})`;
}

function edgeText({ perm, shared }: Edge): string {
  const [needs, shares] = [perm, shared].map((mask) => permissionText(mask) || "nothing");
  return `needs ${needs}; shares ${shares}`;
}
