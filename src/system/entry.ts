/**
 * What a device or export is looking at: a disk, or the point-in-time view of one.
 */
import type { Execution } from "./execution.ts";
import type { LiveNode } from "./live-node.ts";
import type { SystemNode } from "./system.ts";

/** A window of an image. */
export interface ImageWindow {
  readonly image: string;
  /** byte of the image that is byte 0 of the window */
  readonly shift: number;
}

export type Entry =
  | ({
      readonly kind: "guest";
      /** whether all nodes down to the image, hooks aside, hand discards on */
      readonly unmap: boolean;
    } & ImageWindow)
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
  const saved = read.kind === "chart" ? savedBelow(execution, read.node, read.shift) : null;
  if (saved !== null) return saved;
  const window = imageBelow(live.description);
  if (window === null) return { kind: "other" };
  const { shift } = window;
  const overlaps = targetWindows(execution).some(
    (target) =>
      target.image === window.image &&
      target.shift < shift + live.description.length &&
      shift < target.shift + target.length,
  );
  if (overlaps) return { kind: "other" };
  return { kind: "guest", unmap: handsDiscardsOn(live.description), ...window };
}

/** A hook is there to save old data, and must not change what becomes of a discard otherwise. */
function handsDiscardsOn({ unmap, requests, savedIn, primary }: SystemNode): boolean {
  if (savedIn === null && !(unmap && requests.has("discard"))) return false;
  return primary === null || handsDiscardsOn(primary);
}

/**
 * The view that a filter's target shows by itself, because the disk lies behind it as backing file:
 * what was saved is the target's own, and the rest is still on the disk.
 */
function savedBelow(execution: Execution, target: LiveNode, shift: number): Entry | null {
  if (target.description.backing === null) return null;
  for (const { description } of execution.nodes.values()) {
    const { savedIn } = description;
    const route = savedIn === null ? null : execution.node(savedIn.name).route("read");
    if (route?.kind !== "chart" || route.node !== target) continue;
    const hook = description.name;
    const unmap = target.description.releases && target.description.unmap;
    return { kind: "view", hook, shift: shift - route.shift, unmap };
  }
  return null;
}

/**
 * The image at the end of the chain of primary children; null if there is none, or if a backing
 * file shines through.
 */
export function imageBelow(node: SystemNode): ImageWindow | null {
  if (node.backing !== null) return null;
  if (node.image !== null) return { image: node.image, shift: node.shift };
  const below = node.primary === null ? null : imageBelow(node.primary);
  return below === null ? null : { image: below.image, shift: below.shift + node.shift };
}

/** The parts of images that filters write old data into: no guest alone decides their content. */
export function targetWindows(execution: Execution): (ImageWindow & { readonly length: number })[] {
  return [...execution.nodes.values()].flatMap(({ description }) => {
    const { savedIn } = description;
    const window = savedIn === null ? null : imageBelow(savedIn);
    return window === null || savedIn === null ? [] : [{ ...window, length: savedIn.length }];
  });
}
