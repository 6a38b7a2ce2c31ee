/**
 * Attaching and detaching edges: the primitives that commands are made of.
 *
 * `attach` and `detach` only rewire; whoever rewires refreshes permissions when it is done.
 * `release` is the end of a use: permissions below are refreshed, which can only loosen them, and a
 * node that was defined inline has no owner but its users, so with the last of them it is closed,
 * and so are the inline nodes that only it used (QEMU block.c, `bdrv_unref_child`).
 */
import { requireFlushable } from "./flush.ts";
import {
  type Edge,
  type Graph,
  type GraphNode,
  isBackend,
  type Parent,
  parentEdges,
  sameParent,
  withNode,
} from "./graph.ts";
import { type RefreshContext, refreshPermissions } from "./refresh.ts";
import { Refusal, unlessRefused } from "./refuse.ts";

type Context = Omit<RefreshContext, "before">;

/** Adds an edge; the newest edge stands first. */
export function attach(graph: Graph, edge: Edge): Graph {
  const added = { ...graph, edges: [edge, ...graph.edges] };
  return isBackend(edge) ? { ...added, backends: withBackend(graph, edge.parent) } : added;
}

/** A user who comes back to a node, or goes to another one, keeps its place among the others. */
function withBackend(graph: Graph, parent: Parent): readonly Parent[] {
  const here = graph.backends.filter((each) => isThere(graph, each));
  return here.some((each) => sameParent(each, parent)) ? here : [...here, parent];
}

function isThere({ devices, exports, edges }: Graph, parent: Parent): boolean {
  if (parent.kind === "device" && devices.has(parent.name)) return true;
  if (parent.kind === "export" && exports.has(parent.name)) return true;
  return edges.some((edge) => sameParent(edge.parent, parent));
}

/** Removes an edge; a child that its parent defined inherits nothing from it any more. */
export function detach(graph: Graph, edge: Edge): Graph {
  const edges = graph.edges.filter((candidate) => !sameEdge(candidate, edge));
  const child = graph.nodes.get(edge.child);
  const { kind, name } = edge.parent;
  const heir = kind === "node" && child?.inheritsFrom === name ? child : null;
  const still = (each: Edge) => each.child === edge.child && sameParent(each.parent, edge.parent);
  if (heir === null || edges.some(still)) return { ...graph, edges };
  return withNode({ ...graph, edges }, orphan(heir));
}

const orphan = (node: GraphNode): GraphNode => ({ ...node, inheritsFrom: null });

/** A parent stops using a child, which stays. */
function released(before: Graph, edge: Edge, context: Context): Graph {
  return refreshed(detach(before, edge), [edge.child], { ...context, before });
}

/** A parent stops using a child. */
export function release(before: Graph, edge: Edge, context: Context): Graph {
  return closeUnused(released(before, edge, context), edge.child, context);
}

/** A parent stops using all its children, the newest first. */
export function releaseAll(graph: Graph, parent: Parent, context: Context): Graph {
  return graph.edges
    .filter((edge) => sameParent(edge.parent, parent))
    .reduce((rest, edge) => release(rest, edge, context), graph);
}

/** Closes an inline node that nobody uses any more. */
export function closeUnused(graph: Graph, name: string, context: Context): Graph {
  return isUnused(graph, name) ? closeNode(graph, name, context) : graph;
}

function isUnused(graph: Graph, name: string): boolean {
  const ownerless = graph.nodes.get(name)?.monitorOwned === false;
  return ownerless && parentEdges(graph, name).length === 0;
}

/**
 * Removes a node that nobody uses, and its edges; and before it, one after the other, the inline
 * nodes that only it used. With a stack of its own: chains may be longer than the machine's.
 */
export function closeNode(before: Graph, name: string, context: Context): Graph {
  let graph = before;
  const closing: string[] = [];
  const close = (next: string) => {
    requireClosable(graph, next, context);
    requireFlushable(graph, next, context.drivers);
    closing.push(next);
  };
  close(name);
  for (let top = closing.at(-1); top !== undefined; top = closing.at(-1)) {
    const parent = { kind: "node", name: top } as const;
    const edge = graph.edges.find((candidate) => sameParent(candidate.parent, parent));
    if (edge === undefined) {
      graph = without(graph, top);
      closing.pop();
    } else {
      graph = released(graph, edge, context);
      if (isUnused(graph, edge.child)) close(edge.child);
    }
  }
  return graph;
}

function without(graph: Graph, name: string): Graph {
  const [nodes, locks] = [new Map(graph.nodes), new Map(graph.locks)];
  nodes.delete(name);
  locks.delete(name);
  return { ...graph, nodes, locks };
}

/**
 * The filter of a commit has no other owner than who is above. Whoever leaves it closes it,
 * although the chain below is frozen: QEMU aborts (block.c, `bdrv_replace_child_noperm`).
 * @throws Refusal with the abort predicted where the profile's QEMU has that
 */
function requireClosable(graph: Graph, name: string, { drivers, profile }: Context): void {
  const node = graph.nodes.get(name);
  const job = [...graph.jobs.values()].find(({ filter }) => filter === name);
  if (job === undefined || drivers.get(node?.driver ?? "")?.internal !== true) return;
  throw new Refusal(
    `Node '${name}' is the filter of job '${job.id}' and cannot be closed; cancel the job first`,
    null,
    profile.closedCommitFilter === "abort" ? "abort" : null,
  );
}

/** Masks stay as they are where loosening is refused (rule P10). */
function refreshed(graph: Graph, roots: readonly string[], context: RefreshContext): Graph {
  return unlessRefused(graph, () => refreshPermissions(graph, roots, context));
}

/** A parent has no two edges of one name. */
function sameEdge(one: Edge, other: Edge): boolean {
  return one.name === other.name && sameParent(one.parent, other.parent);
}
