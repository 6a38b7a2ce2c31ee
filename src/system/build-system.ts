/**
 * From a graph to a system: every node is described with its geometry and its automata, and what
 * records for its bitmaps beside it.
 */
import type { Instance, Place } from "../drivers/driver.ts";
import { DRIVERS } from "../drivers/registry.ts";
import { leastCluster } from "../graph/copied-at-once.ts";
import { childEdges, type Graph, type GraphNode } from "../graph/graph.ts";
import { usesOfJob } from "../graph/job.ts";
import { refuse } from "../graph/refuse.ts";
import type { Role } from "../graph/role.ts";
import { automataOf } from "./automata.ts";
import { lastAboveBase } from "./last-above-base.ts";
import { describeLife } from "./life.ts";
import { describeRecorders } from "./recorder.ts";
import { serialisedNodes } from "./serialised.ts";
import { backingStands } from "./standing-backing.ts";
import type { System, SystemNode, SystemRules } from "./system.ts";

/**
 * Describes every node of the graph.
 * @throws BlockgraphError `graph-refused` when a node's geometry does not fit its children
 */
export function buildSystem(graph: Graph, rules: SystemRules): System {
  const nodes = new Map<string, SystemNode>();
  const serialised = serialisedNodes(graph, rules.profile);
  const last = lastAboveBase(graph);
  const describe = (name: string): SystemNode => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const node = graph.nodes.get(name);
    if (node === undefined) throw refuse(`Cannot find device='' nor node-name='${name}'`);
    const edges = childEdges(graph, { kind: "node", name });
    const used = [...edges, ...usedByJob(graph, name)];
    const children = new Map(used.map((edge) => [edge.name, describe(edge.child)]));
    const stands = backingStands(graph, name);
    const place = {
      children: new Set(children.keys()),
      ...{ serialised: serialised.has(name), last: last.has(name) },
    };
    const described = describeNode(node, children, place, stands, rules);
    const recorders = describeRecorders(node, described, rules);
    const job = [...graph.jobs.values()].find(({ filter }) => filter === name);
    const life = job === undefined ? null : describeLife(job, described, rules);
    const more = { recorder: recorders.at(-1)?.name ?? null, life: life?.name ?? null };
    const made = { ...described, ...more };
    for (const each of [made, ...recorders]) nodes.set(each.name, each);
    if (life !== null) nodes.set(life.name, life);
    return made;
  };
  for (const name of graph.nodes.keys()) describe(name);
  for (const { id, copies, filter } of graph.jobs.values()) {
    const copying = nodes.get(filter)?.requests.has("copy") === true;
    if (copies === "nothing" || copying) continue;
    throw refuse(`job '${id}' cannot be simulated: its filter '${filter}' copies nothing`);
  }
  return { nodes, rules };
}

/** What the job of a filter does I/O on is a child to the filter's charts, but not itself. */
function usedByJob(graph: Graph, filter: string): { name: string; child: string }[] {
  return [...graph.jobs.values()]
    .filter((job) => job.filter === filter)
    .flatMap((job) => usesOfJob(graph, job))
    .filter(({ child }) => child !== filter);
}

function describeNode(
  node: GraphNode,
  children: ReadonlyMap<string, SystemNode>,
  place: Place,
  stands: boolean,
  rules: SystemRules,
): SystemNode {
  const driver = DRIVERS.get(node.driver);
  if (driver === undefined) throw refuse(`Unknown driver: '${node.driver}'`);
  if (node.inactive) {
    throw refuse(
      `node '${node.name}' cannot be simulated: it is inactive, and nobody has it; add it active`,
    );
  }
  if ((node.options["detect-zeroes"] ?? "off") !== "off") {
    throw refuse(
      `node '${node.name}' cannot be simulated: it is to detect zeroes, which is not supported; ` +
        "write zeroes instead",
    );
  }
  const least = leastCluster(node.options) ?? 0;
  if (least > rules.clusterSize) {
    throw refuse(
      `node '${node.name}' cannot be simulated: it is to copy ${least} bytes at once ` +
        `(min-cluster-size), and a cluster has ${rules.clusterSize}; leave that out`,
    );
  }
  const { "inject-error": _, ...rest } = node.options;
  const options = rules.injectsErrors === true ? rest : node.options;
  const instance = driver.instantiate(options, rules.profile, place);
  const automata = automataOf(node.driver, instance, rules);
  if (automata.requests.size === 0) {
    throw refuse(
      `node '${node.name}' cannot be simulated: ${node.driver} has permissions, but no data path ` +
        "yet; use raw",
    );
  }
  const childIn = (role: Role) => {
    const slot = driver.children.find(({ roles }) => roles.includes(role));
    return (slot === undefined ? undefined : children.get(slot.name)) ?? null;
  };
  const [primary, backing] = [childIn("primary"), childIn("cow")];
  const below = lengthBelow(instance, primary, rules);
  const { length, shift } = instance.geometry(below);
  const told = instance.common.discard === "unmap";
  const inserted = driver.savesTo !== null || driver.internal === true;
  const asBelow = inserted && rules.profile.hookDiscards === "as-below" && primary?.unmap === true;
  const formatted = driver.located === null ? null : (children.get("file")?.image ?? null);
  const format = rules.formats?.get(formatted ?? "") ?? null;
  const target = children.get("target") ?? children.get("base");
  const copied = automata.cluster === null ? 0 : (format?.clusterSize ?? rules.clusterSize);
  if (target !== undefined) requireFitting(node, length, copied, target);
  if (backing !== null && backing.length < length && rules.backingMayBeShorter !== true) {
    throw refuse(
      `node '${node.name}' cannot be simulated: its backing file '${backing.name}' is shorter ` +
        `(${backing.length} of ${length} bytes); make it as long`,
    );
  }
  return {
    name: node.name,
    driver: node.driver,
    length,
    shift,
    readOnly: node.readOnly,
    unmap: told || asBelow,
    inserted,
    releases: driver.releases,
    defers: driver.defers,
    clusterSize: copied,
    format,
    ...automata,
    children,
    primary,
    backing,
    ...{ recorder: null, records: null, life: null, stops: null },
    backingStands: stands,
    located: driver.located,
    savedIn: (driver.savesTo === null ? undefined : children.get(driver.savesTo)) ?? null,
    savesStably: instance.savesStably,
    image: instance.image,
  };
}

/**
 * Whether a node can copy to its target.
 * @param copied bytes that it copies at once
 * @throws BlockgraphError `graph-refused`
 */
function requireFitting(node: GraphNode, length: number, copied: number, target: SystemNode) {
  if (target.length < length) {
    throw refuse(
      `Source and target image have different sizes (node '${node.name}': ${length} bytes, ` +
        `target '${target.name}': ${target.length} bytes)`,
    );
  }
  const compressed = node.options.compress === true ? clusterBelow(target) : 0;
  if (compressed <= copied) return;
  throw refuse(
    `node '${node.name}' cannot be simulated: clusters of its target have ${compressed} bytes, ` +
      `which can only be compressed whole, and it copies ${copied}; make the target with ` +
      `cluster_size=${copied}, or leave out compress`,
  );
}

/** bytes of a cluster of the format at the end of filters; 0: there is none */
function clusterBelow({ format, primary }: SystemNode): number {
  if (format !== null) return format.clusterSize;
  return primary === null ? 0 : clusterBelow(primary);
}

function lengthBelow(instance: Instance, primary: SystemNode | null, rules: SystemRules): number {
  if (instance.image === null) return primary?.length ?? 0;
  const length = rules.images.get(instance.image);
  if (length === undefined) {
    throw refuse(`Could not open '${instance.image}': No such file or directory`);
  }
  return length;
}
