/**
 * The vertical lines of a sequence diagram: who sends requests, the nodes that serve them by a
 * chart, the images.
 */
import { type Graph, rootNode } from "../../graph/graph.ts";
import { resolveEntry } from "../../system/entry.ts";
import type { Execution } from "../../system/execution.ts";
import type { LiveNode } from "../../system/live-node.ts";
import type { Lane } from "../site/player-trace.ts";

/** The one who sends commands. */
export const ADMINISTRATOR: Lane = {
  id: "administrator",
  kind: "administrator",
  title: "administrator",
};

/** From left to right. */
const ORDER: readonly Lane["kind"][] = ["administrator", "guest", "job", "reader", "node", "image"];

export class Lanes {
  readonly #lanes = new Map<string, Lane>([[ADMINISTRATOR.id, ADMINISTRATOR]]);

  constructor(images: readonly string[]) {
    for (const image of images) this.image(image);
  }

  image(filename: string): string {
    return this.#add("image", filename);
  }

  node(name: string): string {
    return this.#add("node", name);
  }

  /** Whoever sends requests through a device, an export or a job. */
  client(name: string): string {
    const known = ["guest", "reader", "job"].map((kind) => `${kind} ${name}`);
    return known.find((id) => this.#lanes.has(id)) ?? this.#add("reader", name);
  }

  /** A command changed the graph: who is there now? */
  rewired(graph: Graph, execution: Execution): void {
    for (const { id } of graph.devices.values()) this.#add("guest", id);
    for (const { id } of graph.jobs.values()) this.#add("job", id);
    for (const { id } of graph.exports.values()) {
      const node = rootNode(graph, id);
      const entry = node === undefined ? null : resolveEntry(execution, node);
      this.#add(entry?.kind === "guest" ? "guest" : "reader", id);
    }
    for (const node of execution.nodes.values()) if (hasCharts(node)) this.node(nameOf(node));
  }

  /** All of them, from left to right. */
  all(): Lane[] {
    const lanes = [...this.#lanes.values()];
    return ORDER.flatMap((kind) => lanes.filter((lane) => lane.kind === kind));
  }

  #add(kind: Lane["kind"], title: string): string {
    const id = `${kind} ${title}`;
    if (!this.#lanes.has(id)) this.#lanes.set(id, { id, kind, title });
    return id;
  }
}

/** Whether a node is worth a line before it does anything: it remembers something. */
function hasCharts(node: LiveNode): boolean {
  const { cluster, node: own } = node.description;
  return cluster !== null || own !== null;
}

function nameOf({ description }: LiveNode): string {
  return description.name;
}
