/**
 * An export of a live graph as an NBD server offers it: requests of clients become requests that
 * enter the graph, and what nodes remember becomes block status.
 *
 * Metadata contexts: `base:allocation` of every export; `qemu:allocation-depth`
 * (allocation-depth.ts), if it was told to; `qemu:dirty-bitmap:NAME` of the bitmaps
 * that it was told to show (bit 0: dirty); and `blockgraph:fleecing` of a view, whose flags are
 * {@link FLEECING}.
 */
import type { Graph } from "../graph/graph.ts";
import { rootNode } from "../graph/graph.ts";
import { recorderOf } from "../graph/notice.ts";
import type { ExportRequest, Extent, NbdExport, StatusRequest } from "../nbd/export.ts";
import { resolveEntry } from "../system/entry.ts";
import type { Outcome } from "../system/frame.ts";
import type { LiveNode } from "../system/live-node.ts";
import { rankOf } from "../system/recommendation.ts";
import type { Errno } from "../vocabulary.ts";
import { allocationDepths } from "./allocation-depth.ts";
import type { LiveGraph } from "./live-graph.ts";

const ALLOCATION = "base:allocation";
const DEPTH = "qemu:allocation-depth";
const FLEECING_CONTEXT = "blockgraph:fleecing";
const BITMAP = "qemu:dirty-bitmap:";

/** Flags of `base:allocation` (the NBD protocol): a hole, and reading as zeros. */
const HOLE_OF_ZEROS = 3;

/** Flags of `blockgraph:fleecing`, by cluster. */
const FLEECING = {
  /** the guest's disk does not have it any more: it is read from where it was saved */
  saved: 1,
  /** a reader has let go of it, and nobody can read it again */
  released: 2,
  /** it is in memory */
  memory: 4,
  /** it is in the file of the cache */
  file: 8,
  /** from this bit on: when a reader should come to it, 0 the first (RECOMMENDATIONS) */
  rank: 8,
} as const;

/** Extents that one answer carries at most; a client asks for the rest. */
const EXTENTS_MAX = 2048;

/** What clients must keep to: a request is never longer than a graph takes. */
const BLOCK_SIZE = { minimum: 1, preferred: 4096, maximum: 32 * 1024 * 1024 } as const;

/** What an export of the graph is to clients now. */
export function liveExport(live: LiveGraph, graph: Graph, id: string): NbdExport {
  const own = requireExport(graph, id);
  const { name, writable, allocationDepth = false, bitmaps = [], writethrough = false } = own;
  const root = rootNode(graph, id) ?? "";
  const { execution } = live.session;
  const entry = resolveEntry(execution, root);
  const filter = entry.kind === "view" ? entry : null;
  const contexts = [
    ALLOCATION,
    ...(allocationDepth ? [DEPTH] : []),
    ...bitmaps.map((bitmap) => BITMAP + bitmap.name),
    ...(filter === null ? [] : [FLEECING_CONTEXT]),
  ];
  const isView = filter !== null;
  return {
    name,
    description: own.description ?? (isView ? "a disk as it was at a point in time" : ""),
    size: execution.node(root).description.length,
    writable: writable && !isView,
    trims: writable && isView,
    multiConnection: true,
    blockSize: BLOCK_SIZE,
    contexts,
    submit: (request) => enter(live, id, request, writethrough),
    status(request) {
      const { context } = request;
      if (context === ALLOCATION) new Allocation(live, id, request).ask();
      else if (context === DEPTH) tellDepths(live, id, request);
      else if (context === FLEECING_CONTEXT && filter !== null) {
        const shown = shownBy(execution.node(filter.hook), live);
        tell(request, shown.node.description, filter.shift, (cluster) => shown.flags(cluster));
      } else {
        const bitmap = bitmaps.find((each) => context === BITMAP + each.name);
        if (bitmap === undefined) return request.done("EINVAL", []);
        const recorder = execution.node(recorderOf(bitmap.node, bitmap.name));
        tell(request, recorder.description, 0, (cluster) =>
          recorder.replyTo(cluster, "LOOK") === "DIRTY" ? 1 : 0,
        );
      }
    },
  };
}

function requireExport(graph: Graph, id: string) {
  const found = graph.exports.get(id);
  if (found === undefined) throw new Error(`there is no export '${id}'`);
  return found;
}

/** A client's request; what must be stable is flushed before it is answered. */
function enter(
  live: LiveGraph,
  through: string,
  request: ExportRequest,
  writethrough: boolean,
): void {
  const { operation, offset, length, buffer } = request;
  const isWrite = operation === "write" || operation === "write-zeroes";
  const stable = request.stable || (writethrough && isWrite);
  if (operation === "cache") request.done(null);
  else if (operation === "write-zeroes" && request.fast) request.done("ENOTSUP");
  else {
    const done = ({ errno }: Outcome) => {
      if (errno === null && stable) flush(live, through, request);
      else request.done(errno);
    };
    live.submit({ through, operation, offset, length, buffer, done });
  }
}

function flush(live: LiveGraph, through: string, request: ExportRequest): void {
  const all = { operation: "flush", offset: 0, length: 0, buffer: null } as const;
  live.submit({ through, ...all, done: ({ errno }) => request.done(errno) });
}

/** bytes that are looked at before others have their turn: a client may ask about a TiB at once */
const STATUS_MOST = 64 * 1024 * 1024;
/** bytes that are told of in one answer, of what is known by cluster; a client asks for the rest */
const TOLD_MOST = 16 * 1024 * 1024 * 1024;

/** Asks for block status again and again, as an answer is about the beginning of a range only. */
class Allocation {
  readonly #live: LiveGraph;
  readonly #through: string;
  readonly #request: StatusRequest;
  readonly #extents: GrowingExtent[] = [];
  #told = 0;

  constructor(live: LiveGraph, through: string, request: StatusRequest) {
    this.#live = live;
    this.#through = through;
    this.#request = request;
  }

  ask(): void {
    const { offset, length, one } = this.#request;
    this.#live.submit({
      through: this.#through,
      operation: "block-status",
      offset: offset + this.#told,
      length: Math.min(length - this.#told, STATUS_MOST),
      buffer: null,
      done: ({ errno, status, bytes }) => {
        if (errno !== null || bytes === 0) return this.#end(errno ?? "EIO");
        append(this.#extents, bytes, status === "zero" ? HOLE_OF_ZEROS : 0);
        this.#told += bytes;
        if (this.#told >= length || one || this.#extents.length === EXTENTS_MAX) this.#end(null);
        else setImmediate(() => this.ask());
      },
    });
  }

  #end(errno: Errno | null): void {
    if (this.#extents.length > 0) this.#request.done(null, this.#extents);
    else this.#request.done(errno, []);
  }
}

/**
 * Tells flags that are known by cluster.
 * @param shift byte of the node that is byte 0 of the export
 */
function tell(
  request: StatusRequest,
  { clusterSize, length: whole }: LiveNode["description"],
  shift: number,
  flagsOf: (cluster: number) => number,
): void {
  const extents: GrowingExtent[] = [];
  let at = request.offset + shift;
  const end = Math.min(at + Math.min(request.length, TOLD_MOST), whole);
  while (at < end && extents.length < EXTENTS_MAX) {
    const cluster = Math.floor(at / clusterSize);
    const stop = Math.min(end, (cluster + 1) * clusterSize);
    append(extents, stop - at, flagsOf(cluster));
    at = stop;
  }
  request.done(null, extents);
}

interface GrowingExtent extends Extent {
  length: number;
}

/** Neighbours of which the same is to be said are one. */
function append(extents: GrowingExtent[], length: number, flags: number): void {
  const last = extents.at(-1);
  if (last?.flags === flags) last.length += length;
  else extents.push({ length, flags });
}

function tellDepths({ session }: LiveGraph, id: string, request: StatusRequest): void {
  const { graph, execution } = session;
  const root = rootNode(graph, id);
  const extents: GrowingExtent[] = [];
  if (root === undefined) {
    request.done("EINVAL", extents);
    return;
  }
  const length = Math.min(request.length, TOLD_MOST);
  const told = allocationDepths(graph, execution, root, request.offset, length);
  for (const { length, depth } of told) {
    append(extents, length, depth);
    if (extents.length === EXTENTS_MAX) break;
  }
  request.done(null, extents);
}

/** Who knows of a view's clusters where they are: the filter, or the cache that it saves to. */
function shownBy(hook: LiveNode, live: LiveGraph) {
  const { savedIn } = hook.description;
  const cache = savedIn === null ? null : live.session.execution.node(savedIn.name);
  const node = cache?.description.driver === "fleecing-cache" ? cache : hook;
  return {
    node,
    flags(cluster: number): number {
      const located = node.replyTo(cluster, "LOCATE") ?? "";
      const saved = ["IN_TARGET", "IN_MEMORY", "IN_DISK", "ZEROES"].includes(located);
      const released = node.replyTo(cluster, "ACCESS") === "DENIED";
      return (
        (saved ? FLEECING.saved : 0) |
        (released ? FLEECING.released : 0) |
        (located === "IN_MEMORY" ? FLEECING.memory : 0) |
        (located === "IN_TARGET" || located === "IN_DISK" ? FLEECING.file : 0) |
        (rankOf(node, cluster) << FLEECING.rank)
      );
    },
  };
}
