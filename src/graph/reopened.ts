/**
 * What is reopened with a node: the inline nodes below it, which inherit again what they inherited.
 */
import type { DriverShape } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";
import { isDefinition } from "./definition.ts";
import type { Graph, GraphNode, JsonObject } from "./graph.ts";
import { shapeOf } from "./shape-of.ts";
import { Topology } from "./topology.ts";

/** One node that is to be reopened. */
export interface Reopened {
  readonly node: GraphNode;
  readonly shape: DriverShape;
  readonly given: JsonObject;
  /** what the node will be */
  readonly readOnly: boolean;
}

/**
 * A node that is to be reopened, and the nodes below it that inherit from it.
 *
 * A child that is defined again has what its definition says. One that is named, or left out, keeps
 * all its options, also what it inherited when it was opened. Both then take `read-only` from what
 * was given for their parent, if they were not given it themselves; a backing file is read-only
 * anyway. A child that another one replaces is left alone.
 * @param readOnly what the node is to be; undefined: that was not given
 * @param earlier what was to be reopened already: what was given for it then still holds
 */
export function withInlineChildren(
  graph: Graph,
  node: GraphNode,
  given: JsonObject,
  readOnly: boolean | undefined,
  context: CommandContext,
  earlier: ReadonlyMap<string, Reopened>,
): Reopened[] {
  const shape = shapeOf(node.driver, context.drivers);
  const below = Topology.of(graph)
    .children(node.name)
    .flatMap((edge) => {
      const child = graph.nodes.get(edge.child);
      if (child?.inheritsFrom !== node.name) return [];
      const said = given[edge.name];
      if (said === null || (typeof said === "string" && said !== child.name)) return [];
      const inherited = edge.roles.includes("cow") ? true : readOnly;
      const before = earlier.get(child.name)?.given;
      if (isDefinition(said)) {
        const options: JsonObject = { discard: "unmap", ...before, ...said };
        return withInlineChildren(
          graph,
          child,
          options,
          flag(options) ?? inherited,
          context,
          earlier,
        );
      }
      const options = before ?? { ...child.options, ...referencesOf(graph, child) };
      const keeps = flag(options) ?? inherited ?? child.readOnly;
      return withInlineChildren(graph, child, options, keeps, context, earlier);
    });
  return [{ node, shape, given, readOnly: readOnly === true }, ...below];
}

/** Whether options say that a node is read-only; undefined: they do not say. */
export function flag({ "read-only": readOnly }: JsonObject): boolean | undefined {
  return readOnly === undefined ? undefined : readOnly === true;
}

/** A node's children as its options would name them. */
function referencesOf(graph: Graph, { name }: GraphNode): JsonObject {
  const edges = Topology.of(graph).children(name);
  return Object.fromEntries(edges.map((edge) => [edge.name, edge.child]));
}
