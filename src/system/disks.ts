/**
 * What the monitor knows of disks, by image: what guests may find there (guest-image.ts), and if
 * anybody asks what a power failure would leave (stable-image.ts).
 *
 * A disk is looked at when a guest is first on it, and afresh when it becomes the top of layers,
 * or is that no more. Of layers it keeps what they show together; what guests write goes to the top
 * one.
 *
 * Limit: all that a backing file shows when it gets there counts as stable (`blockdev-snapshot`
 * flushes it), and so does which clusters are an overlay's own as soon as the overlay is flushed.
 */
import { CHANGING_OPERATIONS } from "../vocabulary.ts";
import type { ImageCall } from "./frame.ts";
import { GuestImage } from "./guest-image.ts";
import { changedLayers, type ImageWindow, layersIn, type Stretch } from "./image-window.ts";
import { contentOf, type ImageReader } from "./layered-content.ts";
import type { LiveNode } from "./live-node.ts";
import type { Difference } from "./property.ts";
import { StableImage } from "./stable-image.ts";

export class Disks {
  readonly #read: ImageReader;
  readonly #flushes: boolean;
  readonly #guests = new Map<string, GuestImage>();
  readonly #stable = new Map<string, StableImage>();
  /** the nodes that there are, or were before a command that is being looked at */
  #nodes: ReadonlyMap<string, LiveNode> = new Map();
  #layers: ReadonlyMap<string, Stretch> = new Map();

  /** @param flushes whether anybody wants to know what is stable */
  constructor(read: ImageReader, flushes: boolean) {
    this.#read = read;
    this.#flushes = flushes;
  }

  /** A command changed the graph. Until the next one, what has gone with it can still be read. */
  rewired(nodes: ReadonlyMap<string, LiveNode>): void {
    const kept = [...this.#nodes].filter(([, { description }]) => description.backing !== null);
    this.#nodes = new Map([...kept, ...nodes]);
  }

  /**
   * What was the top of layers, or is now, is looked at afresh.
   * @param kept those that must show the same as before
   */
  relayered(nodes: ReadonlyMap<string, LiveNode>, kept: readonly Stretch[] = []): void {
    const layers = layersIn(nodes);
    const changed = changedLayers(this.#layers, layers);
    this.forget(changed.filter((image) => !kept.some((stretch) => stretch.image === image)));
    this.#layers = layers;
    this.#nodes = new Map(nodes);
  }

  forget(images: readonly string[]): void {
    for (const image of images) {
      this.#guests.delete(image);
      this.#stable.delete(image);
    }
  }

  /** All nodes are gone, with what they knew of their clusters. */
  crashed(): void {
    this.relayered(new Map());
  }

  /** What guests may find on an image. */
  of(image: string): GuestImage {
    const known = this.#guests.get(image);
    if (known !== undefined) return known;
    const disk = new GuestImage(this.#whole(image));
    this.#guests.set(image, disk);
    if (this.#flushes) this.#stable.set(image, new StableImage(this.#whole(image)));
    return disk;
  }

  /** What would be left of it; null: nobody asks, or nobody has used it. */
  stable(image: string): Uint8Array | null {
    return this.#stable.get(image)?.content ?? null;
  }

  /** What a window shows now. */
  content(window: ImageWindow, length: number): Uint8Array {
    return contentOf(window, length, this.#read, this.#nodes);
  }

  #whole(image: string): Uint8Array {
    const layers = this.#layers.get(image);
    if (layers === undefined) return this.#read(image);
    const content = new Uint8Array(this.#read(image));
    content.set(this.content(layers, layers.length), layers.shift);
    return content;
  }

  /** Others wrote there, not guests: what was known of it is out of date. */
  settle(stretch: Stretch): void {
    const disk = this.#guests.get(stretch.image);
    if (disk === undefined) return;
    const content = this.content(stretch, stretch.length);
    disk.reconcile(stretch.shift, content);
    if (!disk.busy) this.#stable.get(stretch.image)?.settle(stretch.shift, content);
  }

  /**
   * The first byte of what is found that is none of those that guests' writes explain; null: none.
   * @param disk on which they wrote
   */
  difference(disk: ImageWindow, found: ImageWindow, length: number): Difference | null {
    const content = this.content(found, length);
    const first = this.of(disk.image).reconcile(disk.shift, content);
    return first === null ? null : { ...first, got: content[first.at - disk.shift] ?? 0 };
  }

  /** An image answered a call, without an error. */
  answered({ image, operation, offset, length, buffer }: ImageCall): void {
    const stable = this.#stable.get(image);
    if (stable === undefined) return;
    const layers = this.#layers.has(image);
    if (operation === "flush" && layers) stable.settle(0, this.#whole(image));
    else if (operation === "flush") stable.flushed();
    else if (CHANGING_OPERATIONS.has(operation) && !layers) stable.changed(offset, length, buffer);
  }
}
