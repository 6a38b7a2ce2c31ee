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

/** A node that is to be reopened, and the inline nodes below it. */
export function withInlineChildren(
  graph: Graph,
  node: GraphNode,
  given: JsonObject,
  readOnly: boolean,
  context: CommandContext,
): Reopened[] {
  const shape = shapeOf(node.driver, context.drivers);
  const below = new Topology(graph).children(node.name).flatMap((edge) => {
    const child = graph.nodes.get(edge.child);
    if (child === undefined || child.monitorOwned) return [];
    const own = given[edge.name];
    const options: JsonObject = isDefinition(own)
      ? { discard: "unmap", ...own }
      : { ...child.options, ...referencesOf(graph, child) };
    const inherited = readOnly || edge.roles.includes("cow");
    const will = options["read-only"] === undefined ? inherited : options["read-only"] === true;
    return withInlineChildren(graph, child, options, will, context);
  });
  return [{ node, shape, given, readOnly }, ...below];
}

/** A node's children as its options would name them. */
function referencesOf(graph: Graph, { name }: GraphNode): JsonObject {
  const edges = new Topology(graph).children(name);
  return Object.fromEntries(edges.map((edge) => [edge.name, edge.child]));
}
