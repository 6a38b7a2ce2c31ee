/**
 * A block graph as a picture in text: guests and exports at the top, images at the bottom.
 */
import { backendsOf, type Graph, type GraphNode, type Parent } from "../graph/graph.ts";
import type { SystemNode } from "../system/system.ts";
import { bytesText } from "./bytes-text.ts";
import type { Box } from "./picture/box.ts";
import { drawDiagram } from "./picture/diagram.ts";

/** Options that nearly every node has, and that a picture would only be cluttered with. */
const UNREMARKABLE: ReadonlySet<string> = new Set(["discard", "auto-read-only", "cache"]);

/**
 * The picture, line by line.
 * @param describe what the system knows of a node: its length, its image
 */
export function graphText(
  graph: Graph,
  describe: (name: string) => SystemNode | undefined,
): string[] {
  if (graph.nodes.size === 0) return ["(the graph is empty)"];
  const boxes: Box[] = [
    ...[...graph.devices.values()].map(({ id, driver }) => {
      return { id: idOf({ kind: "device", name: id }), lines: [id, driver] };
    }),
    ...[...graph.exports.values()].map(({ id, type, writable }) => {
      const lines = [id, `${type} export${writable ? ", writable" : ""}`];
      return { id: idOf({ kind: "export", name: id }), lines };
    }),
    ...[...graph.jobs.values()].map(({ id, type }) => {
      return { id: idOf({ kind: "job", name: id }), lines: [id, `${type} job`] };
    }),
    ...backendsOf(graph).map((parent) => ({ id: idOf(parent), lines: [parent.name, "I/O"] })),
    ...[...graph.nodes.values()].map((node) => {
      const lines = nodeLines(node, describe(node.name));
      return { id: idOf({ kind: "node", name: node.name }), lines };
    }),
  ];
  const arrows = graph.edges.toReversed().map(({ parent, child, name }) => ({
    from: idOf(parent),
    to: idOf({ kind: "node", name: child }),
    label: name === "root" ? "" : name,
  }));
  return drawDiagram(boxes, arrows);
}

/** Devices, exports and nodes may have the same name. */
function idOf({ kind, name }: Parent): string {
  return `${kind} ${name}`;
}

function nodeLines(node: GraphNode, described: SystemNode | undefined): string[] {
  const { filename, ...options } = node.options;
  const driver = typeof filename === "string" ? `${node.driver} ${filename}` : node.driver;
  const remarkable = Object.entries(options)
    .filter(([key]) => !UNREMARKABLE.has(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const hasImage = described !== undefined && described.image !== null;
  const size = hasImage ? [bytesText(described.length)] : [];
  return [node.name, driver, ...remarkable, ...size];
}
