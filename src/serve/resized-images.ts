/**
 * The images that `block_resize` makes longer or shorter: those of the node that it names, and of
 * what that filters, down to a file or a format (src/graph/block-resize.ts).
 */
import { nbd } from "../drivers/nbd/driver.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { childEdges, filteredEdge, type Graph, type GraphNode } from "../graph/graph.ts";
import { wholeSectors } from "../graph/length.ts";

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
  const { "node-name": named, device, size } = args;
  if (execute !== "block_resize" || typeof size !== "number") return [];
  let node = graph.nodes.get(String(named)) ?? graph.nodes.get(String(device));
  for (let length = size; node !== undefined; ) {
    const name = imageOf(graph, node);
    if (name !== null) {
      return wholeSectors(length) === node.length
        ? []
        : [{ name, length, behind: behind(graph, node) }];
    }
    const { offset = 0 } = node.options;
    length += typeof offset === "number" ? offset : 0;
    node = graph.nodes.get(filteredEdge(graph, node.name)?.child ?? "");
  }
  return [];
}

/** Where the first byte of a node is: an image's name, and an offset in it; null: nowhere. */
export function placeOf(graph: Graph, node: string): { name: string; offset: number } | null {
  let offset = 0;
  for (let at = graph.nodes.get(node); at !== undefined; ) {
    const name = at.driver === "qcow2" ? null : (imageOf(graph, at) ?? exportOf(at));
    if (name !== null) return { name, offset };
    const { offset: moved = 0 } = at.options;
    offset += typeof moved === "number" ? moved : 0;
    at = graph.nodes.get(filteredEdge(graph, at.name)?.child ?? "");
  }
  return null;
}

/** The image whose length is the node's own; null: the node is as long as something below. */
function imageOf(graph: Graph, { name, driver, options }: GraphNode): string | null {
  if (driver === "file") return String(options.filename);
  if (driver !== "qcow2") return null;
  const below = childEdges(graph, { kind: "node", name }).find((edge) => edge.name === "file");
  const file = graph.nodes.get(below?.child ?? "");
  if (file?.driver === "file") return String(file.options.filename);
  return file === undefined ? null : exportOf(file);
}

function exportOf({ driver, options }: GraphNode): string | null {
  return driver === nbd.name ? (nbd.known?.(options) ?? null) : null;
}

function behind(graph: Graph, { name }: GraphNode): number {
  const edge = childEdges(graph, { kind: "node", name }).find((each) => each.name === "backing");
  return graph.nodes.get(edge?.child ?? "")?.length ?? 0;
}
