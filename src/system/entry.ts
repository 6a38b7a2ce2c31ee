/**
 * What a device or export is looking at: a disk, or the point-in-time view of one.
 */
import type { Execution } from "./execution.ts";
import type { SystemNode } from "./system.ts";

/** A window of an image. */
export interface ImageWindow {
  readonly image: string;
  /** byte of the image that is byte 0 of the window */
  readonly shift: number;
}

export type Entry =
  | ({ readonly kind: "guest" } & ImageWindow)
  | {
      readonly kind: "view";
      /** name of the filter that keeps the view */
      readonly hook: string;
      /** byte of the filter that is byte 0 of the entry */
      readonly shift: number;
      /** whether a discard through the entry reaches the filter */
      readonly unmap: boolean;
    }
  /** neither: nothing is known about what it must contain */
  | { readonly kind: "other" };

/** Looks through the wrappers below `node`. */
export function resolveEntry(execution: Execution, node: string): Entry {
  const live = execution.node(node);
  const read = live.route("read");
  if (read.kind === "chart") {
    const { description } = read.node;
    if (read.automaton === description.requests.get("snapshot-read")) {
      const discard = live.route("discard");
      const unmap = discard.kind === "chart" && discard.node === read.node;
      return { kind: "view", hook: description.name, shift: read.shift, unmap };
    }
  }
  const window = imageBelow(live.description);
  if (window === null || isTarget(execution, window.image)) return { kind: "other" };
  return { kind: "guest", ...window };
}

/** The image at the end of the chain of `file` children; null if there is none. */
export function imageBelow(node: SystemNode): ImageWindow | null {
  if (node.image !== null) return { image: node.image, shift: node.shift };
  const child = node.children.get("file");
  const below = child === undefined ? null : imageBelow(child);
  return below === null ? null : { image: below.image, shift: below.shift + node.shift };
}

/** Whether a filter writes old data into the image: then no guest alone decides its content. */
function isTarget(execution: Execution, image: string): boolean {
  for (const { description } of execution.nodes.values()) {
    const target = description.children.get("target");
    if (target !== undefined && imageBelow(target)?.image === image) return true;
  }
  return false;
}
