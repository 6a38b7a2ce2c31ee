/**
 * A system: a block graph made ready to execute. Pure data.
 *
 * Every node of the graph becomes a description with its geometry and its automata; edges become
 * direct references. Nothing here has state: what a node remembers belongs to the interpreter.
 * Automata are shared between nodes whose charts are equal, so a graph with ten hooks tabulates
 * one.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { Chart } from "../chart/chart.ts";
import { tabulate } from "../chart/tabulate.ts";
import type { DriverCharts, Instance, Located } from "../drivers/driver.ts";
import { DRIVERS } from "../drivers/registry.ts";
import { childEdges, type Graph, type GraphNode } from "../graph/graph.ts";
import { usesOfJob } from "../graph/job.ts";
import type { Profile } from "../graph/profile.ts";
import { refuse } from "../graph/refuse.ts";
import type { Role } from "../graph/role.ts";
import { OPERATIONS, type Operation } from "../vocabulary.ts";
import { serialisedNodes } from "./serialised.ts";
import { backingStands } from "./standing-backing.ts";

/** The default of {@link SystemRules.readers}. Tables fill as needed, so that it costs nothing. */
const READERS_MAX = 1024;

/** A one-line change to a driver's charts that some property must notice. */
export interface ChartMutation {
  /** the driver whose charts change */
  readonly driver: string;
  change(charts: DriverCharts): DriverCharts;
}

/** What is fixed for the life of a simulation, run or check. */
export interface SystemRules {
  readonly profile: Profile;
  /** smallest cluster that block-copy uses, in bytes; QEMU: 65536 (rule K1) */
  readonly clusterSize: number;
  /** bytes of each image, by file name */
  readonly images: ReadonlyMap<string, number>;
  readonly mutation: ChartMutation | null;
  /** view reads that one cluster may serve at once, 1024 unless told; more are an error */
  readonly readers?: number;
}

export interface SystemNode {
  readonly name: string;
  readonly driver: string;
  /** bytes */
  readonly length: number;
  /** added to an offset when a request is handed to the primary child or image */
  readonly shift: number;
  readonly readOnly: boolean;
  /** whether discards go on; else they end here, successfully (rule C6) */
  readonly unmap: boolean;
  /** whether it is put under others for a purpose of its own, not theirs: a hook, a job's filter */
  readonly inserted: boolean;
  /** whether a discard says that nobody will read that part again (Driver.releases) */
  readonly releases: boolean;
  /** whether it acknowledges discards without handing them on */
  readonly defers: boolean;
  /** bytes; 0 if the node keeps nothing per cluster */
  readonly clusterSize: number;
  readonly cluster: Automaton | null;
  readonly node: Automaton | null;
  readonly requests: ReadonlyMap<Operation, Automaton>;
  readonly tasks: ReadonlyMap<string, Automaton>;
  /** children by edge name */
  readonly children: ReadonlyMap<string, SystemNode>;
  /** the child in the role `primary`: the one whose bytes the node shows; null if there is none */
  readonly primary: SystemNode | null;
  /** the child in the role `cow`: what the node does not have itself is read there; null: none */
  readonly backing: SystemNode | null;
  /** whether nobody may change what is behind it; true if nothing is */
  readonly backingStands: boolean;
  /** how its cluster chart says which clusters are its own (Driver.located); null: it has all */
  readonly located: Located | null;
  /** the child in which it saves what its primary child loses (Driver.savesTo); null: no hook */
  readonly savedIn: SystemNode | null;
  /** file name of the image that holds the node's bytes; null if there is none */
  readonly image: string | null;
}

export interface System {
  readonly nodes: ReadonlyMap<string, SystemNode>;
  readonly rules: SystemRules;
}

/**
 * Describes every node of the graph.
 * @throws BlockgraphError `graph-refused` when a node's geometry does not fit its children
 */
export function buildSystem(graph: Graph, rules: SystemRules): System {
  const nodes = new Map<string, SystemNode>();
  const serialised = serialisedNodes(graph, rules.profile);
  const describe = (name: string): SystemNode => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const node = graph.nodes.get(name);
    if (node === undefined) throw refuse(`Cannot find device='' nor node-name='${name}'`);
    const edges = childEdges(graph, { kind: "node", name });
    const used = [...edges, ...usedByJob(graph, name)];
    const children = new Map(used.map((edge) => [edge.name, describe(edge.child)]));
    const stands = backingStands(graph, name);
    const described = describeNode(node, children, serialised.has(name), stands, rules);
    nodes.set(name, described);
    return described;
  };
  for (const name of graph.nodes.keys()) describe(name);
  for (const { id, copies, filter } of graph.jobs.values()) {
    const copying = nodes.get(filter)?.requests.has("copy") === true;
    if (copies === "nothing" || (copies === "everything" && copying)) continue;
    throw refuse(
      `job '${id}' copies in a way that is not built yet; back up with sync=none or sync=full`,
    );
  }
  return { nodes, rules };
}

/** What the job of a filter does I/O on is a child to the filter's charts. */
function usedByJob(graph: Graph, filter: string): { name: string; child: string }[] {
  return [...graph.jobs.values()]
    .filter((job) => job.filter === filter)
    .flatMap((job) => usesOfJob(graph, job));
}

function describeNode(
  node: GraphNode,
  children: ReadonlyMap<string, SystemNode>,
  serialised: boolean,
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
      `node '${node.name}' cannot be simulated: it is to detect zeroes, which is not built yet; ` +
        "write zeroes instead",
    );
  }
  const place = { children: new Set(children.keys()), serialised };
  const instance = driver.instantiate(node.options, rules.profile, place);
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
  const target = children.get("target");
  if (target !== undefined && target.length < length) {
    throw refuse(
      `Source and target image have different sizes (node '${node.name}': ${length} bytes, ` +
        `target '${target.name}': ${target.length} bytes)`,
    );
  }
  if (backing !== null && backing.length < length) {
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
    clusterSize: automata.cluster === null ? 0 : rules.clusterSize,
    ...automata,
    children,
    primary,
    backing,
    backingStands: stands,
    located: driver.located,
    savedIn: (driver.savesTo === null ? undefined : children.get(driver.savesTo)) ?? null,
    image: instance.image,
  };
}

function lengthBelow(instance: Instance, primary: SystemNode | null, rules: SystemRules): number {
  if (instance.image === null) return primary?.length ?? 0;
  const length = rules.images.get(instance.image);
  if (length === undefined) {
    throw refuse(`Could not open '${instance.image}': No such file or directory`);
  }
  return length;
}

type NodeAutomata = Pick<SystemNode, "cluster" | "node" | "requests" | "tasks">;

type Memory = Pick<NodeAutomata, "cluster" | "node">;

/** Charts as they are drawn, and as tables. */
interface Tabulated {
  readonly charts: DriverCharts;
  readonly automata: NodeAutomata;
}

/** Tables fill as they are used, so it pays to keep them. */
class AutomatonCache {
  readonly byCharts = new Map<string, Tabulated>();
  readonly byMemory = new Map<string, Memory>();
}

const original = new AutomatonCache();
const mutated = new WeakMap<ChartMutation, AutomatonCache>();

function automataOf(driver: string, instance: Instance, rules: SystemRules): NodeAutomata {
  const { mutation, readers = READERS_MAX } = rules;
  if (mutation?.driver !== driver) return originalOf(instance, readers).automata;
  const cache = mutated.get(mutation) ?? new AutomatonCache();
  mutated.set(mutation, cache);
  const key = `${instance.chartKey} ${readers}`;
  const known = cache.byCharts.get(key);
  if (known !== undefined) return known.automata;
  const before = originalOf(instance, readers);
  const charts = mutation.change(before.charts);
  const memoryKey = `${instance.memoryKey} ${readers}`;
  const memory = cache.byMemory.get(memoryKey) ?? tabulateMemory(charts, before);
  cache.byMemory.set(memoryKey, memory);
  const automata = { ...memory, ...tabulateRequests(charts, before) };
  cache.byCharts.set(key, { charts, automata });
  return automata;
}

/** The charts of a driver as nothing has changed them. */
function originalOf(instance: Instance, readers: number): Tabulated {
  const key = `${instance.chartKey} ${readers}`;
  const known = original.byCharts.get(key);
  if (known !== undefined) return known;
  const charts = instance.charts({ readers });
  const memoryKey = `${instance.memoryKey} ${readers}`;
  const memory = original.byMemory.get(memoryKey) ?? tabulateMemory(charts, null);
  original.byMemory.set(memoryKey, memory);
  const made = { charts, automata: { ...memory, ...tabulateRequests(charts, null) } };
  original.byCharts.set(key, made);
  return made;
}

/** @param before what was changed: charts that are the same have the same tables; null: nothing */
function tabulateMemory({ cluster, node }: DriverCharts, before: Tabulated | null): Memory {
  if (before !== null && cluster === before.charts.cluster && node === before.charts.node) {
    return { cluster: before.automata.cluster, node: before.automata.node };
  }
  const one = (chart: Chart | null) => (chart === null ? null : tabulate(chart));
  return { cluster: one(cluster), node: one(node) };
}

function tabulateRequests(
  charts: DriverCharts,
  before: Tabulated | null,
): Omit<NodeAutomata, keyof Memory> {
  const requests = new Map<Operation, Automaton>();
  for (const operation of OPERATIONS) {
    const chart = charts.requests[operation];
    if (chart === undefined) continue;
    const same = chart === before?.charts.requests[operation];
    const known = same ? before.automata.requests.get(operation) : undefined;
    requests.set(operation, known ?? tabulate(chart));
  }
  const tasks = new Map(
    Object.entries(charts.tasks).map(([name, chart]) => {
      const same = chart === before?.charts.tasks[name];
      const known = same ? before.automata.tasks.get(name) : undefined;
      return [name, known ?? tabulate(chart)];
    }),
  );
  return { requests, tasks };
}
