/**
 * The filters of jobs: put under all who use a node, and taken out when the job ends.
 *
 * Backups and streams open a filter that anybody can open, and then replace the node by it, with a
 * refresh of permissions after each (block.c, `bdrv_insert_node`); commits and mirrors have filters
 * of their own, which they put above a node in one step (`bdrv_append`).
 */
import { append } from "./append.ts";
import { autoName, checkName, INHERITS_NOTHING, openNode } from "./blockdev-add.ts";
import type { CommandContext } from "./command.ts";
import { dropFilter } from "./drop-filter.ts";
import { closeNode } from "./edges.ts";
import { type Graph, type GraphNode, type JsonObject, withNode } from "./graph.ts";
import { NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, leaving, prefixed, Refusal } from "./refuse.ts";
import { orMovedBack, replaceNode } from "./replace-node.ts";
import { shapeOf } from "./shape-of.ts";

/** The graph with a filter in it, and the filter's name. */
export interface Filtered {
  readonly graph: Graph;
  readonly filter: string;
}

/**
 * Opens a filter over a node, and replaces the node by it.
 * @param name null: an automatic one
 * @throws Refusal with the graph that is left, without the filter
 */
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
  return prefixed("Could not replace node: ", () => {
    try {
      const replaced = replaceNode(opened.graph, below, filter, context);
      const judge = () => refreshPermissions(replaced, [filter, below], refresh);
      return { graph: orMovedBack(opened.graph, replaced, judge), filter };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const reached = error instanceof Refusal ? error.graph : null;
      throw leaving(error, closeNode(reached ?? opened.graph, filter, context));
    }
  });
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
    ...{ name: filter, monitorOwned: false, inheritsFrom: null, inactive: false },
    ...{ length: below.length, nextChild: 0, bitmaps: new Map(), found: {} },
  };
  const autoNames = before.autoNames + (name === null ? 1 : 0);
  const edges = shapeOf(own.driver, context.drivers).children.map(({ name: edge, roles }) => ({
    parent: { kind: "node", name: filter } as const,
    ...{ child: below.name, name: edge, roles, ...NO_DEMANDS },
  }));
  const added = withNode({ ...before, autoNames }, node);
  const rewired = edges.reduce((graph, edge) => append(graph, edge, context), added);
  const judge = () => refreshPermissions(rewired, [filter], { ...context, before });
  return { graph: orMovedBack(before, rewired, judge), filter };
}

/**
 * A job cannot be kept from ending: QEMU aborts where its filter cannot be dropped
 * (`bdrv_cbw_drop`), because somebody's link to it is frozen, or because its users cannot agree
 * without it.
 */
export function withoutFilter(before: Graph, filter: string, context: CommandContext): Graph {
  try {
    return dropFilter(before, filter, context);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const predicts = context.profile.frozenLeavingFilter === "abort" ? "abort" : null;
    throw new Refusal(error.message, null, predicts, { cause: error });
  }
}
