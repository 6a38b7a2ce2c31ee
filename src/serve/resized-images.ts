/**
 * The images that `block_resize` makes longer or shorter: those of the node that it names, and of
 * what that filters, down to a file or a format (src/graph/block-resize.ts).
 */
import type { QmpCommand } from "../graph/commands.ts";
import { childNamed, filteredEdge, type Graph, type GraphNode } from "../graph/graph.ts";
import { wholeSectors } from "../graph/length.ts";
import { exportOf, fileOf } from "./named-images.ts";

export interface ResizedImage {
  /** as nodes call it */
  readonly name: string;
  /** bytes that it is to show */
  readonly length: number;
  /** bytes that its backing file shows; 0: it has none */
  readonly behind: number;
}

/**
 * @param graph before the command, which it accepts
 * @returns nothing for any other command, and where lengths stay what they are: such a command may
 * pass, whatever it is about
 */
export function resizedImages(
  { execute, arguments: args }: QmpCommand,
  graph: Graph,
): ResizedImage[] {
  const { "node-name": named, size } = args;
  if (execute !== "block_resize" || typeof size !== "number") return [];
  for (const { node, offset } of downFrom(graph, graph.nodes.get(String(named)))) {
    const name = imageOf(graph, node);
    if (name === null) continue;
    const length = size + offset;
    if (wholeSectors(length) === node.length) return [];
    const behind = childNamed(graph, node.name, "backing")?.length ?? 0;
    return [{ name, length, behind }];
  }
  return [];
}

/** The image that has what is written to a node: a file, an export, or that of a format. */
export function imageUnder(graph: Graph, name: string): string | null {
  for (const { node } of downFrom(graph, graph.nodes.get(name))) {
    const image = imageOf(graph, node) ?? exportOf(node);
    if (image !== null) return image;
  }
  return null;
}

/** Where the first byte of a node is: an image's name, and an offset in it; null: nowhere. */
export function placeOf(graph: Graph, name: string): { name: string; offset: number } | null {
  for (const { node, offset } of downFrom(graph, graph.nodes.get(name))) {
    const image = node.driver === "qcow2" ? null : (imageOf(graph, node) ?? exportOf(node));
    if (image !== null) return { name: image, offset };
  }
  return null;
}

/** A node, what it filters, and so on; and where in each the first byte of the first one is. */
function* downFrom(
  graph: Graph,
  first: GraphNode | undefined,
): Generator<{ readonly node: GraphNode; readonly offset: number }> {
  let offset = 0;
  for (let node = first; node !== undefined; ) {
    yield { node, offset };
    const { offset: moved = 0 } = node.options;
    offset += typeof moved === "number" ? moved : 0;
    node = graph.nodes.get(filteredEdge(graph, node.name)?.child ?? "");
  }
}

/** The image whose length is the node's own; null: the node is as long as something below. */
function imageOf(graph: Graph, { name, driver, options }: GraphNode): string | null {
  if (driver === "file") return String(options.filename);
  if (driver !== "qcow2") return null;
  return fileOf(graph, name) ?? exportOf(childNamed(graph, name, "file"));
}
