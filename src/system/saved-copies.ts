/**
 * What hooks have saved, as a power failure would leave it: whether a guest's write overwrites only
 * what is stable elsewhere.
 *
 * A disk may write back at any time, so from the moment at which it has taken a write the old data
 * may be gone. What its hook has saved must be stable by then, or the point in time is lost.
 *
 * Limits: hooks are watched that promise it, and whose disk and target are images, not layers. What
 * a target holds when the hook gets there counts as stable.
 */
import { CHANGING_OPERATIONS } from "../vocabulary.ts";
import type { Execution } from "./execution.ts";
import type { ImageCall } from "./frame.ts";
import { type ImageWindow, imageBelow } from "./image-window.ts";
import type { ImageReader } from "./layered-content.ts";
import type { PointInTime } from "./point-in-time.ts";
import type { Difference } from "./property.ts";
import { StableImage } from "./stable-image.ts";
import type { SystemNode } from "./system.ts";

/** A hook over an image that promises to save to another, stably. */
export interface SavingHook {
  readonly node: string;
  readonly disk: ImageWindow;
  readonly target: ImageWindow;
}

/** The hooks that are watched. */
export function savingHooks(nodes: Iterable<SystemNode>): SavingHook[] {
  return [...nodes].flatMap((description) => {
    const { name: node, savedIn, savesStably } = description;
    const disk = savedIn === null || !savesStably ? null : imageBelow(description);
    const target = savedIn === null ? null : imageBelow(savedIn);
    if (disk === null || target === null) return [];
    return disk.overlay === null && target.overlay === null ? [{ node, disk, target }] : [];
  });
}

export class SavedCopies {
  readonly #read: ImageReader;
  readonly #stable = new Map<string, StableImage>();
  #hooks: readonly SavingHook[] = [];

  constructor(read: ImageReader) {
    this.#read = read;
  }

  rewired({ nodes }: Execution): void {
    const known = new Set(this.#hooks.map(({ node }) => node));
    this.#hooks = savingHooks([...nodes.values()].map(({ description }) => description));
    for (const { node, target } of this.#hooks) {
      if (known.has(node)) continue;
      this.#stable.set(target.image, new StableImage(new Uint8Array(this.#read(target.image))));
    }
  }

  /** What an image overwrote, for each hook over it: the first byte that is lost; null: none. */
  answered(call: ImageCall, points: ReadonlyMap<string, PointInTime>): (Difference | null)[] {
    const { image, operation, offset, length, buffer } = call;
    const target = this.#stable.get(image);
    if (operation === "flush") target?.flushed();
    if (!CHANGING_OPERATIONS.has(operation)) return [];
    target?.changed(offset, length, buffer);
    if (length === 0) return [];
    return this.#hooks
      .filter(({ disk }) => disk.image === image)
      .map((hook) => this.#lost(hook, points.get(hook.node), offset, length));
  }

  #lost(
    { disk, target }: SavingHook,
    point: PointInTime | undefined,
    offset: number,
    length: number,
  ): Difference | null {
    const stable = this.#stable.get(target.image)?.content;
    if (point === undefined || stable === undefined) return null;
    const first = Math.max(0, offset - disk.shift);
    const end = Math.min(point.content.length, offset + length - disk.shift);
    for (let at = first; at < end; at++) {
      const [got, expected] = [stable[at + target.shift] ?? 0, point.content[at] ?? 0];
      if (got !== expected) return { at, got, expected };
    }
    return null;
  }
}
