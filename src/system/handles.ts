/**
 * What a reader's handle denotes: the view that a device or export showed when it was made.
 *
 * Commands may change what lies below without the reader's doing; what is read through the handle
 * is judged by what it denoted at first. It denotes something else only if it is put on another
 * node itself (`qom-set`), or once the view is gone.
 */
import { type Graph, isUser, rootNode } from "../graph/graph.ts";
import { type Entry, resolveEntry } from "./entry.ts";
import type { Execution } from "./execution.ts";

interface Handle {
  /** the node that it was on */
  readonly root: string;
  readonly entry: Entry & { readonly kind: "view" };
}

export class Handles {
  readonly #handles = new Map<string, Handle>();

  /** The graph has changed. */
  rewired(graph: Graph, execution: Execution): void {
    for (const [name, { root, entry }] of this.#handles) {
      const stands = rootNode(graph, name) === root && graph.nodes.has(entry.hook);
      if (!stands) this.#handles.delete(name);
    }
    for (const { parent, child } of graph.edges) {
      if (!isUser(parent) || this.#handles.has(parent.name)) continue;
      const entry = resolveEntry(execution, child);
      if (entry.kind === "view") this.#handles.set(parent.name, { root: child, entry });
    }
  }

  /** What an entry denotes. @param root the node that it is on */
  entryOf(name: string, root: string, execution: Execution): Entry {
    return this.#handles.get(name)?.entry ?? resolveEntry(execution, root);
  }

  clear(): void {
    this.#handles.clear();
  }
}
