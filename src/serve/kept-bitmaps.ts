/**
 * The persistent bitmaps of a live graph, and those in its images: the graph's are what counts, and
 * the images follow (QEMU block/qcow2-bitmap.c).
 *
 *     a node that can be written is opened, or becomes so   all are in use, says its image
 *     a bitmap is removed                                   its image has it no more
 *     the node is closed, or cannot be written any more     its image has all, as they are then
 *
 * A bitmap that is added is not in the image before it is stored. What cannot be stored stays in
 * use there, so that nobody relies on it. What a transaction removes before it is refused stays in
 * the image; QEMU removes it, and stores it again at the end, unless it crashes.
 */
import { BlockgraphError } from "../error.ts";
import type { DirtyBitmap, Graph } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import type { ImageBitmaps, KeptBitmap } from "../storage/qcow2/image-bitmaps.ts";
import type { Execution } from "../system/execution.ts";
import type { LiveNode } from "../system/live-node.ts";
import { fileOf } from "./named-images.ts";

export interface KeptBitmapsOptions {
  /** What an image keeps, by its file name; null: no such image, or one that keeps none. */
  find(filename: string): ImageBitmaps | null;
  /** Tells whoever looks after the program that bitmaps could not be stored. */
  lost(text: string): void;
}

interface Recorded {
  readonly bitmap: DirtyBitmap;
  readonly recorder: LiveNode;
}

interface Kept {
  readonly image: ImageBitmaps;
  readonly readOnly: boolean;
  /** the persistent ones, by name */
  readonly bitmaps: ReadonlyMap<string, Recorded>;
}

export class KeptBitmaps {
  readonly #options: KeptBitmapsOptions;
  /** by node */
  #kept: ReadonlyMap<string, Kept> = new Map();

  constructor(options: KeptBitmapsOptions) {
    this.#options = options;
  }

  /** A command is over; images that it does without are still open. */
  settle(graph: Graph, execution: Execution): void {
    const before = this.#kept;
    this.#kept = this.#keptIn(graph, execution);
    for (const [node, kept] of before) {
      const now = this.#kept.get(node);
      if (kept.readOnly) continue;
      if (now === undefined) this.#store(node, kept);
      else this.#attempt(node, () => removeGone(kept, now));
    }
    for (const [node, now] of this.#kept) {
      const was = before.get(node)?.readOnly ?? true;
      if (!now.readOnly) this.#attempt(node, () => now.image.use());
      else if (!was) this.#store(node, now);
    }
  }

  /** Nobody writes any more: images have what there is. */
  close(): void {
    for (const [node, kept] of this.#kept) if (!kept.readOnly) this.#store(node, kept);
    this.#kept = new Map();
  }

  #keptIn(graph: Graph, execution: Execution): Map<string, Kept> {
    const all = new Map<string, Kept>();
    for (const node of graph.nodes.values()) {
      const filename = fileOf(graph, node.name);
      const image = filename === null ? null : this.#options.find(filename);
      if (image === null) continue;
      const persistent = [...node.bitmaps].filter(([, bitmap]) => bitmap.persistent);
      const bitmaps = persistent.map(([name, bitmap]) => {
        const recorder = execution.node(recorderOf(node.name, name));
        return [name, { bitmap, recorder }] as const;
      });
      all.set(node.name, { image, readOnly: node.readOnly, bitmaps: new Map(bitmaps) });
    }
    return all;
  }

  #store(node: string, { image, bitmaps }: Kept): void {
    const all = [...bitmaps].map(([name, recorded]) => contentOf(name, recorded));
    const isKnown = ({ name }: KeptBitmap) => image.list.some((each) => each.name === name);
    // In the order in which QEMU stores them.
    const fresh = all.filter((each) => !isKnown(each)).reverse();
    this.#attempt(node, () => image.store([...all.filter(isKnown), ...fresh]));
  }

  #attempt(node: string, change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!(error instanceof BlockgraphError)) throw error;
      this.#options.lost(`Lost persistent bitmaps of node '${node}': ${error.message}`);
    }
  }
}

function removeGone({ image, bitmaps }: Kept, now: Kept): void {
  for (const name of bitmaps.keys()) if (!now.bitmaps.has(name)) image.remove(name);
}

/** What a bitmap has recorded. A job that still works with it has not come to its end. */
function contentOf(name: string, { bitmap, recorder }: Recorded): KeptBitmap {
  const { granularity, enabled, inconsistent } = bitmap;
  if (inconsistent) return { name, granularity, enabled, bits: null };
  const { cluster } = recorder.description;
  const isDirty = new Map<number, boolean>();
  const bits = new Uint8Array(Math.ceil(recorder.clusters.length / 8));
  for (const [bit, state] of recorder.clusters.entries()) {
    let dirty = isDirty.get(state);
    if (dirty === undefined) {
      const reclaimed = cluster?.next(state, cluster.event("RECLAIM")) ?? -1;
      dirty = cluster?.replyTo(reclaimed < 0 ? state : reclaimed, "LOOK") === "DIRTY";
      isDirty.set(state, dirty);
    }
    if (dirty) bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit % 8));
  }
  return { name, granularity, enabled, bits };
}
