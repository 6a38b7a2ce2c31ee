/**
 * The filters of jobs: put under all who use a node, and taken out when the job ends.
 *
 * Backups and streams open a filter that anybody can open, and then replace the node by it, with a
 * refresh of permissions after each (block.c, `bdrv_insert_node`); commits and mirrors have filters
 * of their own, which they put above a node in one step (`bdrv_append`).
 */
import { autoName, checkName, INHERITS_NOTHING, openNode } from "./blockdev-add.ts";
import type { CommandContext } from "./command.ts";
import { attach, detach } from "./edges.ts";
import { childEdges, type Graph, type GraphNode, type JsonObject } from "./graph.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, prefixed, Refusal } from "./refuse.ts";
import { replaceNode } from "./replace-node.ts";
import { shapeOf } from "./shape-of.ts";

/** The graph with a filter in it, and the filter's name. */
export interface Filtered {
  readonly graph: Graph;
  readonly filter: string;
}

/** Opens a filter over a node, and replaces the node by it. @param name null: an automatic one */
export function insertedFilter(
  before: Graph,
  below: string,
  name: string | null,
  options: JsonObject,
  context: CommandContext,
): Filtered {
  const refresh = { ...context, before };
  const opened = prefixed("Could not create node: ", () =>
    openNode(
      before,
      { ...(name !== null && { "node-name": name }), ...options, discard: "ignore", file: below },
      refresh,
      INHERITS_NOTHING,
    ),
  );
  const filter = opened.name;
  const graph = prefixed("Could not replace node: ", () =>
    refreshPermissions(
      replaceNode(opened.graph, below, filter, context.drivers),
      [filter, below],
      refresh,
    ),
  );
  return { graph, filter };
}

/** Puts a filter that only jobs can open above a node. @param name null: an automatic one */
export function appendedFilter(
  before: Graph,
  below: GraphNode,
  name: string | null,
  own: Pick<GraphNode, "driver" | "options" | "readOnly">,
  context: CommandContext,
): Filtered {
  const filter = name === null ? autoName(before) : checkName(before, name);
  const node: GraphNode = {
    ...own,
    ...{ name: filter, monitorOwned: false, inheritsFrom: null },
    ...{ length: below.length, nextChild: 0, bitmaps: new Map() },
  };
  const nodes = new Map(before.nodes).set(filter, node);
  const autoNames = before.autoNames + (name === null ? 1 : 0);
  const edges = shapeOf(own.driver, context.drivers).children.map(({ name: edge, roles }) => ({
    parent: { kind: "node", name: filter } as const,
    ...{ child: below.name, name: edge, roles, ...NO_DEMANDS },
  }));
  const attached = edges.reduce(attach, { ...before, nodes, autoNames });
  const rewired = replaceNode(attached, below.name, filter, context.drivers);
  return { graph: refreshPermissions(rewired, [filter], { ...context, before }), filter };
}

/** All who use the filter use its child again (block.c, `bdrv_drop_filter`). */
export function dropFilter(before: Graph, filter: string, context: CommandContext): Graph {
  const below = childEdges(before, { kind: "node", name: filter }).find(({ roles }) =>
    roles.includes("filtered"),
  );
  if (below === undefined) return before;
  const dropped = detach(moved(before, filter, below.child, context), below);
  return refreshPermissions(dropped, [below.child, filter], { ...context, before });
}

/** A job cannot be kept from ending: QEMU aborts where somebody's link to its filter is frozen. */
function moved(graph: Graph, filter: string, below: string, context: CommandContext): Graph {
  try {
    return replaceNode(graph, filter, below, context.drivers);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const predicts = context.profile.frozenLeavingFilter === "abort" ? "abort" : null;
    throw new Refusal(error.message, null, predicts, { cause: error });
  }
}
