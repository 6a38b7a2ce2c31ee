/**
 * Watches a simulation or run and judges the properties.
 *
 * It sees only what somebody outside sees: requests as they enter and end, calls as images answer
 * them, and the graph as commands change it. It keeps plain byte arrays: one per guest disk,
 * or two if somebody asks what a power failure would leave of it (disks.ts), and one per point in
 * time, taken when a filter is opened and again when it gets its first parent (rule P13).
 */
import { type Graph, parentEdges } from "../graph/graph.ts";
import type { BlockStatus, Operation } from "../vocabulary.ts";
import { Disks } from "./disks.ts";
import { type Entry, guestImages, resolveEntry, targetWindows } from "./entry.ts";
import type { Execution } from "./execution.ts";
import type { ImageCall, Outcome } from "./frame.ts";
import type { ReadWindow } from "./guest-image.ts";
import { Handles } from "./handles.ts";
import { type ImageWindow, imageBelow, type Stretch } from "./image-window.ts";
import type { ImageReader } from "./layered-content.ts";
import { completedMirrors, type Mirror, mirrorsOf } from "./mirrors.ts";
import {
  coveredClusters,
  differenceFrom,
  type EntryOfHook,
  nothingSaid,
  type PointInTime,
  touchedClusters,
} from "./point-in-time.ts";
import { type EarlierPoint, PointsApart } from "./points-apart.ts";
import type { Observation, Property, Violation } from "./property.ts";
import { describeObservation } from "./property.ts";
import { SavedCopies } from "./saved-copies.ts";
import { type LookedAt, lookedAt, shortenedChains } from "./shortened-chains.ts";
import type { SystemNode } from "./system.ts";
import type { Layer } from "./unsettled.ts";
import { WrittenSince } from "./written-since.ts";

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
  /** whether earlier reads have returned all of it, or a job said that it has copied all of it */
  readonly known: boolean;
  readonly lost: boolean;
  /** of a write: points in time of other disks that others had written after when it began */
  readonly after: readonly EarlierPoint[];
  /** whether an image refused a call that the request made itself */
  refused: boolean;
  /** whether it told the image of its disk to discard something */
  told: boolean;
}

/** Whoever speaks about this wants to know what is stable. */
const FLUSH: Observation = { kind: "guest-flush", through: "", difference: null };
/** And about this what hooks have saved. */
const OVERWRITTEN: Observation = { kind: "overwritten", difference: null };

export class Monitor {
  readonly violations: Violation[] = [];
  /** how many observations each property spoke about */
  readonly judged = new Map<string, number>();
  readonly #properties: readonly Property[];
  readonly #disks: Disks;
  readonly #points = new Map<string, PointInTime>();
  readonly #handles = new Handles();
  readonly #written = new WrittenSince();
  readonly #apart = new PointsApart();
  /** null: nobody asks what a power failure would leave of it */
  readonly #saved: SavedCopies | null;
  /** the nodes that there are, as of the last command */
  #nodes: ReadonlySet<string> = new Set();
  #mirrors: ReadonlyMap<string, Mirror> = new Map();
  #lookedAt: readonly LookedAt[] = [];
  /** parts of images that filters write to, as of the last command */
  #targets: ReturnType<typeof targetWindows> = [];

  constructor(properties: readonly Property[], read: ImageReader) {
    this.#properties = properties;
    const flushes = properties.some((property) => property.applies(FLUSH));
    this.#disks = new Disks(read, flushes);
    const saves = properties.some((property) => property.applies(OVERWRITTEN));
    this.#saved = saves ? new SavedCopies(read) : null;
    for (const property of properties) this.judged.set(property.name, 0);
  }

  /** A command changed the graph. Nothing is in flight where it did, unless it did not drain. */
  rewired(graph: Graph, execution: Execution, seq: number): void {
    this.#disks.rewired(execution.nodes);
    this.#written.rewired(graph, execution);
    this.#apart.rewired(graph.nodes);
    for (const [name, point] of this.#points) {
      if (graph.nodes.has(name)) continue;
      this.#points.delete(name);
      if (point.window !== null) this.#released(name, point.window, point.content.length, seq);
    }
    // Filters wrote there, not guests: what was known of these parts is out of date.
    for (const target of this.#targets) this.#disks.settle(target);
    this.#targets = targetWindows(execution);
    const guests = guestImages(graph, execution);
    for (const mirror of completedMirrors(this.#mirrors, graph, guests)) {
      this.#replaced(mirror, seq);
    }
    this.#mirrors = mirrorsOf(graph, execution);
    const shortened = shortenedChains(this.#lookedAt, graph, execution);
    for (const disk of shortened) this.#shortened(disk, seq);
    this.#lookedAt = lookedAt(graph, execution);
    this.#disks.relayered(execution.nodes, shortened);
    for (const { description } of execution.nodes.values()) {
      const { name, savedIn } = description;
      if (savedIn === null || this.#points.get(name)?.used === true) continue;
      const used = parentEdges(graph, name).length > 0;
      if (!used && this.#points.has(name)) continue;
      const point = this.#pointOf(description, execution, used);
      if (point !== null) this.#points.set(name, point);
      if (used && point?.window) this.#taken(name, point.window.image, seq);
      const missed = used ? this.#written.missed(name, graph, execution) : null;
      if (missed === null) continue;
      this.#judge({ kind: "increment", node: name, missed, difference: null }, seq);
    }
    this.#saved?.rewired(execution);
    this.#handles.rewired(graph, execution);
    this.#judgeClosed(execution, seq);
    for (const image of guests) this.#disks.of(image);
  }

  #taken(node: string, image: string, seq: number): void {
    const together = this.#apart.taken(node, image);
    if (together === null) return;
    this.#judge({ kind: "points-taken", node, torn: !together, difference: null }, seq);
  }

  /** Which nodes left the graph, and whether anybody was still in there. */
  #judgeClosed(execution: Execution, seq: number): void {
    const closed = [...this.#nodes].filter((node) => !execution.nodes.has(node));
    this.#nodes = new Set(execution.nodes.keys());
    const used = new Set<string>();
    for (const agent of execution.agents.values()) {
      for (let { frame } = agent; frame !== null; frame = frame.up) {
        used.add(frame.node.description.name);
      }
    }
    for (const node of closed) {
      this.#judge({ kind: "node-closed", node, busy: used.has(node), difference: null }, seq);
    }
  }

  /** What a filter shows now; null if nothing is known about it. */
  #pointOf(description: SystemNode, execution: Execution, used: boolean): PointInTime | null {
    const { length, clusterSize, primary } = description;
    const entry = primary === null ? null : resolveEntry(execution, primary.name);
    const rest = { clusterSize, used, ...nothingSaid() };
    if (entry?.kind === "view") {
      const below = this.#points.get(entry.hook);
      if (below === undefined) return null;
      const content = below.content.slice(entry.shift, entry.shift + length);
      return { ...rest, content, window: null };
    }
    const window = imageBelow(description);
    if (window === null) return null;
    return { ...rest, content: this.#disks.content(window, length), window };
  }

  #released(node: string, window: ImageWindow, length: number, seq: number): void {
    const difference = this.#disks.difference(window, window, length);
    this.#judge({ kind: "hook-removed", node, difference }, seq);
  }

  /** What was a target is the disk from now on. Both are looked at afresh when they are used. */
  #replaced({ source, target, length }: Mirror, seq: number): void {
    const difference = this.#disks.difference(source, target, length);
    this.#judge({ kind: "disk-replaced", difference }, seq);
    this.#disks.forget([source.image, target.image]);
  }

  /** A chain has fewer layers, which must show what it showed. */
  #shortened(disk: Stretch, seq: number): void {
    const difference = this.#disks.difference(disk, disk, disk.length);
    this.#judge({ kind: "chain-shortened", difference }, seq);
    this.#disks.settle(disk);
  }

  /** A request enters. */
  started(request: WatchedRequest, node: string, execution: Execution): Watch {
    const { entry, lost } = this.#handles.denoted(request.through, node, execution);
    const { operation, offset, length, data } = request;
    let layer: Layer | null = null;
    let window: ReadWindow | null = null;
    let after: readonly EarlierPoint[] = [];
    if (entry.kind === "guest") {
      const start = offset + entry.shift;
      const disk = this.#disks.of(entry.image);
      if (operation === "read" || operation === "block-status") {
        window = disk.beginRead(start, start + length);
      } else if (operation === "flush") {
        window = disk.beginRead(start, start + execution.node(node).description.length);
      } else if (/^write|^discard/.test(operation)) {
        layer = disk.beginWrite(start, start + length, data);
        after = this.#apart.began(entry.image);
      }
    }
    const discarded = this.#isDiscarded(entry, request);
    const known = this.#isKnown(entry, request);
    const unseen = { refused: false, told: false };
    return { request, entry, layer, window, discarded, known, lost, after, ...unseen };
  }

  /**
   * An image answered a call.
   * @param watch of the request that made the call itself; null: a task did
   */
  answered(call: ImageCall, outcome: Outcome, watch: Watch | null, seq: number): void {
    if (outcome.errno !== null) {
      if (watch !== null) watch.refused = true;
      return;
    }
    const { image, operation } = call;
    if (operation === "discard" && watch?.entry.kind === "guest" && watch.entry.image === image) {
      watch.told = true;
    }
    this.#disks.answered(call);
    this.#written.answered(call);
    for (const difference of this.#saved?.answered(call, this.#points) ?? []) {
      this.#judge({ kind: "overwritten", difference }, seq);
    }
  }

  /** A request ended; `data` of a successful read holds what it returned. */
  ended(watch: Watch, outcome: Outcome, seq: number): void {
    const { entry, request } = watch;
    const { through, operation, data } = request;
    const succeeded = outcome.errno === null;
    if (watch.refused) {
      this.#judge({ kind: "refused", through, operation, succeeded, difference: null }, seq);
    }
    if (entry.kind === "guest") this.#guestEnded(watch, entry, outcome, seq);
    else if (entry.kind === "result") this.#resultEnded(watch, entry, outcome, seq);
    else if (entry.kind === "job" && operation === "copy") {
      this.#written.copied(entry.hook, request, succeeded);
      this.#copyEnded(entry, request, outcome, seq);
    }
    if (entry.kind !== "view") return;
    if (operation === "discard" && succeeded) this.#discard(entry, request);
    const point = this.#points.get(entry.hook);
    if (point === undefined) return;
    if (operation === "block-status" && succeeded && request.length > 0) {
      const difference = differenceFrom(point, entry, request.offset, zerosOf(outcome));
      this.#judge({ kind: "view-status", through, said: saidOf(outcome), difference }, seq);
    }
    if (operation !== "read") return;
    const difference =
      succeeded && data !== null ? differenceFrom(point, entry, request.offset, data) : null;
    const { discarded, lost, known } = watch;
    this.#judge({ kind: "view-read", through, succeeded, difference, discarded, lost }, seq);
    if (known) this.#judge({ kind: "view-reread", through, succeeded, difference: null }, seq);
    if (!succeeded) return;
    for (const cluster of coveredClusters(point, entry, request, "whole")) {
      point.returned.add(cluster);
    }
  }

  /** A guest's request ended: what it found on its disk is compared with what may be there. */
  #guestEnded(
    watch: Watch,
    { image, unmap }: Entry & { kind: "guest" },
    outcome: Outcome,
    seq: number,
  ): void {
    const { request, layer, window, told } = watch;
    const { through, operation } = request;
    const succeeded = outcome.errno === null;
    const disk = this.#disks.of(image);
    if (layer !== null) disk.endWrite(layer, succeeded && operation !== "discard");
    if (layer !== null && succeeded) this.#apart.ended(image, watch.after);
    if (operation === "discard" && succeeded && unmap && request.length > 0) {
      this.#judge({ kind: "guest-discard", through, arrived: told, difference: null }, seq);
    }
    if (window === null) return;
    const got = succeeded ? this.#found(request, image, window, outcome) : null;
    const first = got === null ? null : disk.endRead(window, got);
    const difference =
      first === null ? null : { ...first, got: got?.[first.at - window.start] ?? 0 };
    if (got === null) disk.abandonRead(window);
    if (operation === "read") {
      this.#judge({ kind: "guest-read", through, succeeded, difference }, seq);
    } else if (got !== null && operation === "flush") {
      this.#judge({ kind: "guest-flush", through, difference }, seq);
    } else if (succeeded && request.length > 0) {
      this.#judge({ kind: "guest-status", through, said: saidOf(outcome), difference }, seq);
    }
  }

  /** What a successful request says is on the disk, from the window's start on; null: nothing. */
  #found(
    { operation, data }: WatchedRequest,
    image: string,
    { start, end }: ReadWindow,
    outcome: Outcome,
  ): Uint8Array | null {
    if (operation === "read") return data;
    if (operation === "block-status") return zerosOf(outcome);
    return this.#disks.stable(image)?.subarray(start, end) ?? null;
  }

  /** The process died: what was in flight may have happened or not, and all views are gone. */
  crashed(watches: readonly Watch[]): void {
    for (const { entry, layer, window } of watches) {
      if (entry.kind !== "guest") continue;
      if (layer !== null) this.#disks.of(entry.image).endWrite(layer, false);
      if (window !== null) this.#disks.of(entry.image).abandonRead(window);
    }
    this.#disks.crashed();
    this.#written.crashed();
    this.#apart.clear();
    this.#points.clear();
    this.#mirrors = new Map();
    this.#lookedAt = [];
    this.#nodes = new Set();
    this.#handles.clear();
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
    const { releases } = entry;
    if (point === undefined || releases === null) return;
    for (const cluster of coveredClusters(point, entry, request, releases)) {
      point.discarded.add(cluster);
    }
  }

  #isDiscarded(entry: Entry, request: WatchedRequest): boolean {
    if (entry.kind !== "view" || request.operation !== "read") return false;
    const point = this.#points.get(entry.hook);
    if (point === undefined) return false;
    return touchedClusters(point, entry, request).some((cluster) => point.discarded.has(cluster));
  }

  /** A job said what became of a piece. */
  #copyEnded(entry: EntryOfHook, request: WatchedRequest, outcome: Outcome, seq: number): void {
    const common = { through: request.through, difference: null } as const;
    const result = { succeeded: outcome.errno === null, denied: outcome.errno === "EACCES" };
    this.#judge({ kind: "job-copy", ...common, ...result }, seq);
    const point = this.#points.get(entry.hook);
    if (point === undefined) return;
    point.failed ||= !result.succeeded;
    if (!result.succeeded) return;
    if (point.failed) this.#judge({ kind: "job-resumed", ...common }, seq);
    for (const cluster of coveredClusters(point, entry, request, "whole")) {
      point.copied.add(cluster);
    }
  }

  #isKnown(entry: Entry, request: WatchedRequest): boolean {
    if (entry.kind !== "view" && entry.kind !== "result") return false;
    const point = this.#points.get(entry.hook);
    if (point === undefined || request.operation !== "read" || request.length === 0) return false;
    const clusters = entry.kind === "view" ? point.returned : point.copied;
    return touchedClusters(point, entry, request).every((cluster) => clusters.has(cluster));
  }

  /** A read of what a job copies to ended. */
  #resultEnded({ request, known }: Watch, entry: EntryOfHook, outcome: Outcome, seq: number): void {
    const { through, data, offset } = request;
    const point = this.#points.get(entry.hook);
    if (!known || point === undefined || data === null) return;
    const succeeded = outcome.errno === null;
    const difference = succeeded ? differenceFrom(point, entry, offset, data) : null;
    this.#judge({ kind: "result-read", through, succeeded, difference }, seq);
  }
}

/** What block-status said of the bytes from its start on; null: nothing. */
function saidOf({ status, bytes }: Outcome): BlockStatus | null {
  return bytes > 0 ? status : null;
}

/** The bytes that block-status called zero. */
function zerosOf({ status, bytes }: Outcome): Uint8Array {
  return new Uint8Array(status === "zero" ? bytes : 0);
}
