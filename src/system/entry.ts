/**
 * What a device or export is looking at: a disk, the point-in-time view of one, or a copy of it;
 * and what a job works for.
 */
import { type Client, clientsOf, type Graph } from "../graph/graph.ts";
import type { Execution } from "./execution.ts";
import { type ImageWindow, imageBelow, isOwnFileOnly, type Stretch } from "./image-window.ts";
import type { LiveNode } from "./live-node.ts";
import type { SystemNode } from "./system.ts";

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
      /** the clusters of the filter that a discard through the entry gives back; null: none */
      readonly releases: "interior" | "whole" | null;
    }
  | {
      /** what a filter saves to, and a job copies to: what the job says it has copied is there */
      readonly kind: "result";
      /** name of the filter */
      readonly hook: string;
      /** byte of the filter that is byte 0 of the entry */
      readonly shift: number;
    }
  /** a job, and the filter that copies for it */
  | { readonly kind: "job"; readonly hook: string; readonly shift: 0 }
  /** none of these: nothing is known about what it must contain */
  | { readonly kind: "other" };

/** What somebody is looking at, or works for. */
export function entryOf({ name, node }: Client, graph: Graph, execution: Execution): Entry {
  if (graph.jobs.has(name)) return { kind: "job", hook: node, shift: 0 };
  return resolveEntry(execution, node);
}

/** The images of the disks that guests are on. */
export function guestImages(graph: Graph, execution: Execution): Set<string> {
  const entries = clientsOf(graph).map(({ node }) => resolveEntry(execution, node));
  return new Set(entries.flatMap((entry) => (entry.kind === "guest" ? [entry.image] : [])));
}

/** Looks through the wrappers below `node`. */
export function resolveEntry(execution: Execution, node: string): Entry {
  const live = execution.node(node);
  const read = live.route("read");
  if (read.kind === "chart") {
    const { description } = read.node;
    if (read.automaton === description.requests.get("snapshot-read")) {
      const discard = live.route("discard");
      const releases = discard.kind === "chart" && discard.node === read.node ? "interior" : null;
      return { kind: "view", hook: description.name, shift: read.shift, releases };
    }
  }
  const saved = read.kind === "chart" ? savedBelow(execution, read.node, read.shift) : null;
  if (saved !== null) return saved;
  const window = imageBelow(live.description);
  if (window === null || isOwnFileOnly(window, execution.nodes)) return { kind: "other" };
  const { description } = live;
  const unmap = window.overlay === null && handsDiscardsOn(description);
  return savedIn(execution, window, description.length) ?? { kind: "guest", unmap, ...window };
}

/** The copy that a window shows; null: no filter writes there. */
function savedIn(execution: Execution, { image, shift }: ImageWindow, length: number) {
  const targets = targetWindows(execution).filter(
    (target) =>
      target.image === image &&
      target.shift < shift + length &&
      shift < target.shift + target.length,
  );
  const [target, ...others] = targets;
  if (target === undefined) return null;
  const isWithin = target.shift <= shift && shift + length <= target.shift + target.length;
  if (!isWithin || others.length > 0) return { kind: "other" } as const;
  return { kind: "result", hook: target.hook, shift: shift - target.shift } as const;
}

/**
 * What is put under a guest for another purpose must not change what becomes of its discards; what
 * is there to put them off says so. A format keeps what is discarded, as zeros: else its backing
 * file would show.
 */
function handsDiscardsOn(node: SystemNode): boolean {
  const { unmap, defers, requests, inserted, primary, located } = node;
  if (defers || located !== null) return false;
  if (!inserted && !(unmap && requests.has("discard"))) return false;
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
    if (description.primary === null || !reaches(target.description, description.primary)) continue;
    const hook = description.name;
    const { releases, unmap } = target.description;
    const given = releases && unmap ? "whole" : null;
    return { kind: "view", hook, shift: shift - route.shift, releases: given };
  }
  return null;
}

/** Whether a node, or one that it shows, lies behind another. */
function reaches(from: SystemNode, node: SystemNode): boolean {
  const shown = new Set<string>();
  for (let each: SystemNode | null = node; each !== null; each = each.primary) shown.add(each.name);
  const shows = ({ name, primary, backing }: SystemNode): boolean =>
    shown.has(name) || [primary, backing].some((each) => each !== null && shows(each));
  return shows(from);
}

/** A part of an image that a filter writes old data into. */
export interface TargetWindow extends Stretch {
  /** name of the filter */
  readonly hook: string;
}

/** The parts of images that filters write old data into: no guest alone decides their content. */
export function targetWindows(execution: Execution): TargetWindow[] {
  return [...execution.nodes.values()].flatMap(({ description }) => {
    const { name: hook, savedIn: target } = description;
    const window = target === null ? null : imageBelow(target);
    return window === null || target === null ? [] : [{ ...window, hook, length: target.length }];
  });
}
