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
  if (window === null) return { kind: "other" };
  const { shift } = window;
  const overlaps = targetWindows(execution).some(
    (target) =>
      target.image === window.image &&
      target.shift < shift + live.description.length &&
      shift < target.shift + target.length,
  );
  return overlaps ? { kind: "other" } : { kind: "guest", ...window };
}

/** The image at the end of the chain of primary children; null if there is none. */
export function imageBelow(node: SystemNode): ImageWindow | null {
  if (node.image !== null) return { image: node.image, shift: node.shift };
  const below = node.primary === null ? null : imageBelow(node.primary);
  return below === null ? null : { image: below.image, shift: below.shift + node.shift };
}

/** The parts of images that filters write old data into: no guest alone decides their content. */
export function targetWindows(execution: Execution): (ImageWindow & { readonly length: number })[] {
  return [...execution.nodes.values()].flatMap(({ description }) => {
    const target = description.children.get("target");
    const window = target === undefined ? null : imageBelow(target);
    return window === null || target === undefined ? [] : [{ ...window, length: target.length }];
  });
}
