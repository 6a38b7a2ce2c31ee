/**
 * What a reader's handle denotes: the view that a device or export showed when it was made.
 *
 * Commands may change what lies below without the reader's doing; what is read through the handle
 * is judged by what it denoted at first. It denotes something else only if it is put on another
 * node itself (`qom-set`), or once the view is gone. A job works for its filter all the time.
 */
import { clientsOf, type Graph, rootNode } from "../graph/graph.ts";
import { type Entry, entryOf, resolveEntry } from "./entry.ts";
import type { Execution } from "./execution.ts";

interface Handle {
  /** the node that it was on */
  readonly root: string;
  readonly entry: Entry & { readonly kind: "view" | "job" };
  /** whether the view is not where it leads any more */
  readonly lost: boolean;
}

/** What an entry denotes, and whether that is a view which it does not lead to any more. */
export interface Denoted {
  readonly entry: Entry;
  readonly lost: boolean;
}

export class Handles {
  readonly #handles = new Map<string, Handle>();

  /** The graph has changed. */
  rewired(graph: Graph, execution: Execution): void {
    for (const [name, { root, entry }] of this.#handles) {
      const stands = rootNode(graph, name) === root && graph.nodes.has(entry.hook);
      if (!stands) this.#handles.delete(name);
    }
    for (const client of clientsOf(graph)) {
      const { name, node } = client;
      const now = entryOf(client, graph, execution);
      const entry = this.#handles.get(name)?.entry ?? now;
      if (entry.kind !== "view" && entry.kind !== "job") continue;
      this.#handles.set(name, { root: node, entry, lost: now.kind !== entry.kind });
    }
  }

  /** What an entry denotes. @param root the node that it is on */
  denoted(name: string, root: string, execution: Execution): Denoted {
    return this.#handles.get(name) ?? { entry: resolveEntry(execution, root), lost: false };
  }

  clear(): void {
    this.#handles.clear();
  }
}
