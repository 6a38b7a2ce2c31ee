/**
 * How long nodes are, as far as it is known.
 *
 * A node learns its length when it is opened, and keeps it. In QEMU 7.2 some drivers ask their
 * child again whenever somebody wants to know; a node that got another child goes by its old length
 * until then, and 7.2 stumbles over that (defect M6).
 */
import type { CommandContext } from "./command.ts";
import { type Graph, type GraphNode, withNode } from "./graph.ts";
import { factOf, type ImageFact } from "./image-facts.ts";
import { shapeOf } from "./shape-of.ts";
import { Topology } from "./topology.ts";

type Context = Pick<CommandContext, "drivers" | "profile" | "images">;

const SECTOR = 512;

/** A length as QEMU keeps it: the next multiple of 512 bytes. */
export function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR) * SECTOR;
}

/** The length of a node that has just been opened. @throws BlockgraphError `graph-refused` */
export function lengthAtOpen(graph: Graph, node: GraphNode, context: Context): number | null {
  const shape = shapeOf(node.driver, context.drivers);
  const known = shape.known?.(node.options);
  const below = measuredBelow(graph, node, context);
  const length = shape.length({
    options: node.options,
    header: imageBelow(graph, node, context)?.header ?? null,
    below:
      known === undefined
        ? (below?.length ?? null)
        : (factOf(known, context.images)?.length ?? null),
  });
  return length === null ? null : wholeSectors(length);
}

/** The length of a node, if it were asked now (block.c, `bdrv_getlength`). */
export function lengthNow(graph: Graph, name: string, context: Context): number | null {
  const node = graph.nodes.get(name);
  if (node === undefined) return null;
  const { length, variableLength } = shapeOf(node.driver, context.drivers);
  if (!variableLength || context.profile.lengths === "kept") return node.length;
  const child = measuredBelow(graph, node, context);
  const below = child === undefined ? null : lengthNow(graph, child.name, context);
  return length({ options: node.options, header: null, below });
}

/** Asks a node for its length: it, and those that it asks, go by that from now on. */
export function measured(graph: Graph, name: string, context: Context): Graph {
  const node = graph.nodes.get(name);
  if (node === undefined) return graph;
  const length = lengthNow(graph, name, context);
  if (!shapeOf(node.driver, context.drivers).variableLength) return graph;
  const told = withNode(graph, { ...node, length });
  const below = measuredBelow(graph, node, context);
  return below === undefined ? told : measured(told, below.name, context);
}

/** The image that a node's bytes come from in the end; null: nothing is known of it. */
export function imageBelow(graph: Graph, node: GraphNode, context: Context): ImageFact | null {
  const known = shapeOf(node.driver, context.drivers).known?.(node.options);
  if (known !== undefined) return factOf(known, context.images) ?? null;
  const below = belowOf(graph, node, context);
  if (below !== undefined) return imageBelow(graph, below, context);
  return context.images === undefined ? null : { length: node.length, header: null };
}

/** The child whose length a node shows. */
function measuredBelow(graph: Graph, node: GraphNode, context: Context): GraphNode | undefined {
  const { lengthFrom } = shapeOf(node.driver, context.drivers);
  if (lengthFrom === undefined) return belowOf(graph, node, context);
  const edges = Topology.of(graph).children(node.name);
  return graph.nodes.get(edges.find(({ name }) => name === lengthFrom)?.child ?? "");
}

/** The child whose data a node shows: its primary one, or the first. */
function belowOf(graph: Graph, node: GraphNode, { drivers }: Context): GraphNode | undefined {
  const edges = Topology.of(graph).children(node.name).toReversed();
  const [slot] = shapeOf(node.driver, drivers).children.filter(({ roles }) =>
    roles.includes("primary"),
  );
  const edge = slot === undefined ? edges[0] : edges.find(({ name }) => name === slot.name);
  return edge === undefined ? undefined : graph.nodes.get(edge.child);
}
