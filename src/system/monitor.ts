/**
 * Watches a simulation or run and judges the properties.
 *
 * It sees only what somebody outside sees: requests as they enter and end, and the graph as
 * commands change it. It keeps plain byte arrays: one per guest disk (guest-image.ts), and one per
 * point in time, taken when a filter gets its first parent (rule P13).
 */
import { type Graph, parentEdges } from "../graph/graph.ts";
import type { Operation } from "../vocabulary.ts";
import { type Entry, type ImageWindow, imageBelow, resolveEntry, targetWindows } from "./entry.ts";
import type { Execution } from "./execution.ts";
import type { Outcome } from "./frame.ts";
import { GuestImage, type Layer, type ReadWindow } from "./guest-image.ts";
import type { Difference, Observation, Property, Violation } from "./property.ts";
import { describeObservation } from "./property.ts";
import type { SystemNode } from "./system.ts";

/** Reads a whole image while nothing is in flight. The result must not change afterwards. */
export type ImageReader = (image: string) => Uint8Array;

/** A request as it entered. Offsets are bytes of the device or export. */
export interface WatchedRequest {
  readonly through: string;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
  readonly data: Uint8Array | null;
}

/** What the monitor keeps about a request until it ends. */
export interface Watch {
  readonly request: WatchedRequest;
  readonly entry: Entry;
  readonly layer: Layer | null;
  readonly window: ReadWindow | null;
  readonly discarded: boolean;
}

interface PointInTime {
  /** the bytes that the filter showed: byte 0 is byte 0 of the filter */
  readonly content: Uint8Array;
  /** the part of a guest's disk that the filter stands over; null if it stands over a view */
  readonly window: ImageWindow | null;
  readonly clusterSize: number;
  /** clusters that a reader discarded, acknowledged */
  readonly discarded: Set<number>;
}

export class Monitor {
  readonly violations: Violation[] = [];
  /** how many observations each property spoke about */
  readonly judged = new Map<string, number>();
  readonly #properties: readonly Property[];
  readonly #read: ImageReader;
  readonly #disks = new Map<string, GuestImage>();
  readonly #points = new Map<string, PointInTime>();
  /** parts of images that filters write to, as of the last command */
  #targets: ReturnType<typeof targetWindows> = [];

  constructor(properties: readonly Property[], read: ImageReader) {
    this.#properties = properties;
    this.#read = read;
    for (const property of properties) this.judged.set(property.name, 0);
  }

  /** A command changed the graph. Nothing is in flight. */
  rewired(graph: Graph, execution: Execution, seq: number): void {
    for (const [name, point] of this.#points) {
      if (graph.nodes.has(name)) continue;
      this.#points.delete(name);
      if (point.window !== null) this.#released(name, point.window, point.content.length, seq);
    }
    // Filters wrote there, not guests: what was known of these parts is out of date.
    for (const target of this.#targets) {
      const disk = this.#disks.get(target.image);
      disk?.reconcile(target.shift, this.#window(target, target.length));
    }
    this.#targets = targetWindows(execution);
    for (const { description } of execution.nodes.values()) {
      const { name, requests } = description;
      if (!requests.has("snapshot-read") || this.#points.has(name)) continue;
      if (parentEdges(graph, name).length === 0) continue;
      const point = this.#pointOf(description, execution);
      if (point !== null) this.#points.set(name, point);
    }
  }

  /** What a filter shows now; null if nothing is known about it. */
  #pointOf(description: SystemNode, execution: Execution): PointInTime | null {
    const { length, clusterSize, primary } = description;
    const entry = primary === null ? null : resolveEntry(execution, primary.name);
    const rest = { clusterSize, discarded: new Set<number>() };
    if (entry?.kind === "view") {
      const below = this.#points.get(entry.hook);
      if (below === undefined) return null;
      const content = below.content.slice(entry.shift, entry.shift + length);
      return { ...rest, content, window: null };
    }
    const window = imageBelow(description);
    if (window === null) return null;
    return { ...rest, content: this.#window(window, length), window };
  }

  #window({ image, shift }: ImageWindow, length: number): Uint8Array {
    return this.#read(image).subarray(shift, shift + length);
  }

  #released(node: string, window: ImageWindow, length: number, seq: number): void {
    const content = this.#window(window, length);
    const found = this.#disk(window.image).reconcile(window.shift, content);
    const difference =
      found === null ? null : { ...found, got: content[found.at - window.shift] ?? 0 };
    this.#judge({ kind: "hook-removed", node, difference }, seq);
  }

  /** A request enters. */
  started(request: WatchedRequest, node: string, execution: Execution): Watch {
    const entry = resolveEntry(execution, node);
    const { operation, offset, length, data } = request;
    let layer: Layer | null = null;
    let window: ReadWindow | null = null;
    if (entry.kind === "guest") {
      const start = offset + entry.shift;
      const disk = this.#disk(entry.image);
      if (operation === "read") window = disk.beginRead(start, start + length);
      else if (/^write|^discard/.test(operation)) {
        layer = disk.beginWrite(start, start + length, data);
      }
    }
    return { request, entry, layer, window, discarded: this.#isDiscarded(entry, request) };
  }

  /** A request ended; `data` of a successful read holds what it returned. */
  ended(watch: Watch, outcome: Outcome, seq: number): void {
    const { entry, request, layer, window } = watch;
    const { through, operation, data } = request;
    const succeeded = outcome.errno === null;
    if (entry.kind === "guest") {
      const disk = this.#disk(entry.image);
      if (layer !== null) disk.endWrite(layer, succeeded && operation !== "discard");
      if (window === null) return;
      if (!succeeded || data === null) {
        disk.abandonRead(window);
        this.#judge({ kind: "guest-read", through, succeeded, difference: null }, seq);
        return;
      }
      const found = disk.endRead(window, data);
      const difference =
        found === null ? null : { ...found, got: data[found.at - window.start] ?? 0 };
      this.#judge({ kind: "guest-read", through, succeeded, difference }, seq);
    }
    if (entry.kind !== "view") return;
    if (operation === "discard" && succeeded && entry.unmap) this.#discard(entry, request);
    const point = this.#points.get(entry.hook);
    if (point === undefined) return;
    if (operation === "block-status" && outcome.status === "zero") {
      const zeros = new Uint8Array(outcome.bytes);
      const difference = compare(point, entry, request.offset, zeros);
      this.#judge({ kind: "view-status", through, difference }, seq);
    }
    if (operation !== "read") return;
    const difference =
      succeeded && data !== null ? compare(point, entry, request.offset, data) : null;
    const { discarded } = watch;
    this.#judge({ kind: "view-read", through, succeeded, difference, discarded }, seq);
  }

  /** The process died: what was in flight may have happened or not, and all views are gone. */
  crashed(watches: readonly Watch[]): void {
    for (const { entry, layer, window } of watches) {
      if (entry.kind !== "guest") continue;
      if (layer !== null) this.#disk(entry.image).endWrite(layer, false);
      if (window !== null) this.#disk(entry.image).abandonRead(window);
    }
    this.#points.clear();
  }

  #disk(image: string): GuestImage {
    const known = this.#disks.get(image);
    if (known !== undefined) return known;
    const disk = new GuestImage(this.#read(image));
    this.#disks.set(image, disk);
    return disk;
  }

  #judge(observation: Observation, seq: number): void {
    for (const property of this.#properties) {
      if (!property.applies(observation)) continue;
      this.judged.set(property.name, (this.judged.get(property.name) ?? 0) + 1);
      if (!property.violated(observation)) continue;
      const text = describeObservation(observation);
      this.violations.push({ property: property.name, text, seq });
    }
  }

  #discard(entry: Entry & { kind: "view" }, request: WatchedRequest): void {
    const point = this.#points.get(entry.hook);
    if (point === undefined) return;
    const start = request.offset + entry.shift;
    const first = Math.ceil(start / point.clusterSize);
    const end = Math.floor((start + request.length) / point.clusterSize);
    for (let cluster = first; cluster < end; cluster++) point.discarded.add(cluster);
  }

  #isDiscarded(entry: Entry, request: WatchedRequest): boolean {
    if (entry.kind !== "view" || request.operation !== "read") return false;
    const point = this.#points.get(entry.hook);
    if (point === undefined || request.length === 0) return false;
    const start = request.offset + entry.shift;
    const first = Math.floor(start / point.clusterSize);
    const end = Math.ceil((start + request.length) / point.clusterSize);
    for (let cluster = first; cluster < end; cluster++) {
      if (point.discarded.has(cluster)) return true;
    }
    return false;
  }
}

/** Compares bytes of an entry, from `offset` on, with the point in time that it is a view of. */
function compare(
  point: PointInTime,
  entry: Entry & { kind: "view" },
  offset: number,
  got: Uint8Array,
): Difference | null {
  const start = offset + entry.shift;
  const expected = point.content.subarray(start, start + got.length);
  if (Buffer.compare(expected, got) === 0) return null;
  const index = got.findIndex((byte, position) => byte !== expected[position]);
  return { at: offset + index, got: got[index] ?? 0, expected: expected[index] ?? 0 };
}
