/**
 * The drained section of a command: what stands still while the graph changes.
 *
 * An edge may be led to another node only while nobody is under way through it. So before a command
 * changes anything, every node whose edges move is drained: what uses the node is quiesced first,
 * parents before children, and then the requests that are under way are waited for (QEMU
 * block/io.c, `bdrv_do_drained_begin`; reference, section 2.5).
 *
 * Which nodes those are follows from what the command does: the ends of an edge that is led
 * elsewhere or taken away, and a node that is closed. A node that is opened drains nothing: nobody
 * uses it yet, and attaching it to others disturbs nobody. A reopen and a transaction drain
 * everything there is. A refused command changes nothing and so needs no section; QEMU may have
 * drained before it found out, which nobody can tell from outside.
 *
 * Jobs that hold or use a drained node are paused, as QEMU pauses them (blockjob.c,
 * `child_job_drained_begin`): what they are copying is waited for, and they ask for nothing more.
 */
import { type Graph, isUser, parentEdges } from "./graph.ts";
import { type ChangedEdge, changedEdges } from "./moved-edges.ts";

/** What a command drains. */
export interface DrainedSection {
  /** devices and exports that must not begin anything, in the order in which they are told */
  readonly users: ReadonlySet<string>;
  /** ids of the jobs that are paused, in the same order */
  readonly jobs: ReadonlySet<string>;
  /** nodes that nothing may be under way in, parents before children */
  readonly nodes: ReadonlySet<string>;
}

export const NOTHING_DRAINED: DrainedSection = {
  users: new Set(),
  jobs: new Set(),
  nodes: new Set(),
};

/** Whether a device, an export or a job must not begin anything. */
export function isQuiesced({ users, jobs }: DrainedSection, client: string): boolean {
  return users.has(client) || jobs.has(client);
}

export function drainsNothing({ users, jobs, nodes }: DrainedSection): boolean {
  return users.size + nodes.size + jobs.size === 0;
}

/** Commands that drain all nodes (QEMU blockdev.c, `qmp_blockdev_reopen`, `qmp_transaction`). */
const DRAIN_ALL: ReadonlySet<string> = new Set(["blockdev-reopen", "transaction"]);

/** The section in which a command makes one graph of another. */
export function drainedSection(command: string, before: Graph, after: Graph): DrainedSection {
  if (before === after) return NOTHING_DRAINED;
  if (DRAIN_ALL.has(command)) return upwards(before, [...before.nodes.keys()]);
  const moved = changedEdges(before, after).flatMap((edge) => ends(edge, before, after));
  const closed = [...before.nodes.keys()].filter((name) => !after.nodes.has(name));
  const section = upwards(before, [...moved, ...closed, ...resizedNodes(before, after)]);
  const gone = before.edges.filter(({ parent }) => isUser(parent) && !stays(parent.name, after));
  return {
    ...section,
    jobs: new Set([...pausedJobs(before, after), ...section.jobs]),
    users: new Set([...gone.map(({ parent }) => parent.name), ...section.users]),
  };
}

/** Nodes that are as long as they were not before (QEMU blockdev.c, `qmp_block_resize`). */
function resizedNodes(before: Graph, after: Graph): string[] {
  return [...after.nodes.values()]
    .filter(({ name, length }) => (before.nodes.get(name)?.length ?? length) !== length)
    .map(({ name }) => name);
}

/** The nodes that are drained for an edge: the one it led to, and the one that it leads to now. */
function ends({ edge: { parent, child }, to }: ChangedEdge, before: Graph, after: Graph): string[] {
  if (to !== null) return before.nodes.has(to) ? [child, to] : [child];
  // What goes with its parent is drained with that.
  return parent.kind === "node" && after.nodes.has(parent.name) ? [child] : [];
}

/** Jobs that a command pauses: what they copy is waited for, and then they stand still. */
function pausedJobs(before: Graph, after: Graph): string[] {
  return [...after.jobs.values()]
    .filter(({ id, paused }) => paused && before.jobs.get(id)?.paused === false)
    .map(({ id }) => id);
}

function stays(user: string, { devices, exports }: Graph): boolean {
  return devices.has(user) || exports.has(user);
}

/** Nodes with everything above them. */
function upwards(graph: Graph, nodes: readonly string[]): DrainedSection {
  const users = new Set<string>();
  const jobs = new Set<string>();
  const visited = new Set<string>();
  const ordered: string[] = [];
  const visit = (node: string) => {
    if (visited.has(node)) return;
    visited.add(node);
    for (const { parent } of parentEdges(graph, node)) {
      if (parent.kind === "node") visit(parent.name);
      else if (parent.kind === "job") jobs.add(parent.name);
      else if (isUser(parent)) users.add(parent.name);
    }
    ordered.push(node);
  };
  for (const node of nodes) visit(node);
  return { users, jobs, nodes: new Set(ordered) };
}
