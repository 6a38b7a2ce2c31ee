/**
 * Fleecing a disk as graph commands: what puts a hook, a cache and a view above a disk, and what
 * takes them away again so that the disk holds all that its guest has written.
 *
 *     guest (export)        view (export)
 *        |                     |
 *        v                     v
 *      hook  <---------  snapshot-access            with a cache in a file
 *      |   \ target
 *      v    v
 *     disk  cache
 *
 * A cache in memory shows the point in time by itself, as `fleecing-cache` does, and the view is an
 * export of the cache. It may have a file as well, to which its memory is emptied.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { JsonObject, JsonValue } from "../graph/graph.ts";

/** Where old data is kept. */
export type CachePlace =
  | { readonly kind: "file" }
  | {
      readonly kind: "memory";
      /** how many clusters may be kept */
      readonly clusters: number;
      readonly whenFull: "break-guest-write" | "break-snapshot" | "wait";
      /** whether what must leave memory goes to a file */
      readonly spills: boolean;
    };

/** A persistent bitmap of the disk. */
export interface ViewedBitmap {
  readonly name: string;
  /** bytes that a bit stands for */
  readonly granularity: number;
}

export interface FleecingPlan {
  /** the node that the disk's bytes are on, as `blockdev-add` takes it: a file, or an export */
  readonly disk: JsonObject;
  /** what the disk's image is */
  readonly format: "raw" | "qcow2";
  readonly cache: CachePlace;
  /** what becomes of a write whose old data cannot be saved (QAPI `OnCbwError`) */
  readonly onError: "break-guest-write" | "break-snapshot";
  /** seconds that a write waits for its old data to be saved; 0: as long as it takes */
  readonly timeout: number;
  /** the bitmap of the parts that the view shows, and no others; null: it shows all */
  readonly bitmap: ViewedBitmap | null;
  /** whether readers may give back what they have copied, by TRIM */
  readonly trim: boolean;
}

/** Ids of the exports, and names of the nodes. */
export const GUEST = "guest";
export const VIEW = "view";
/** Who moves what is in memory to a file has an export of the cache, which is offered to nobody. */
export const KEEPER = "keeper";
export const HOOK = "hook";
const DISK = "disk";
export const CACHE = "cache";
/** The images, as nodes call them: the disk, and what a cache is kept in, which is as long. */
export const DISK_IMAGE = "disk.raw";
export const CACHE_IMAGE = "cache.raw";
export const MEMORY_IMAGE = "memory";

const command = (execute: string, args: JsonObject): QmpCommand => ({ execute, arguments: args });

const add = (definition: JsonObject): QmpCommand => command("blockdev-add", definition);

/** The definition of a file. */
export const fileNode = (filename: string): JsonObject => ({ driver: "file", filename });

function opened(name: string, below: JsonObject, driver: string): JsonObject {
  const file = { ...below, discard: "unmap" };
  return { driver, "node-name": name, discard: "unmap", file };
}

/** From nothing to two exports. The point in time is that of the last-but-one command. */
export function beginFleecing(plan: FleecingPlan): QmpCommand[] {
  const { disk, format, cache, bitmap: viewed, onError, timeout, trim } = plan;
  const bitmap = viewed === null ? null : { node: DISK, name: viewed.name };
  const hook: JsonObject = {
    ...{ driver: "copy-before-write", "node-name": HOOK, file: DISK, target: CACHE },
    ...{ "on-cbw-error": onError, "cbw-timeout": timeout },
    ...(bitmap !== null && { bitmap }),
  };
  const view = { driver: "snapshot-access", "node-name": VIEW, file: HOOK, discard: "unmap" };
  const offer = (id: string, node: JsonValue, more: JsonObject) =>
    command("block-export-add", {
      ...{ type: "nbd", id, name: id, "node-name": node, "allocation-depth": true },
      ...more,
    });
  const shown = cache.kind === "file" ? VIEW : CACHE;
  const still = viewed === null ? {} : { bitmaps: [{ node: shown, name: viewed.name }] };
  return [
    add(opened(DISK, disk, format)),
    add(cacheDefinition(cache, bitmap)),
    add(hook),
    ...(cache.kind === "file" ? [add(view)] : []),
    ...(viewed === null ? [] : copyOf(viewed, shown)),
    offer(GUEST, HOOK, { writable: true }),
    offer(VIEW, shown, { writable: trim, ...still }),
    ...(spills(cache) ? [offer(KEEPER, CACHE, { writable: true })] : []),
  ];
}

/** Whether there is a keeper. */
export function spills(cache: CachePlace): boolean {
  return cache.kind === "memory" && cache.spills;
}

/** Readers are shown a bitmap as it was at the point in time: the disk's own records on. */
function copyOf({ name, granularity }: ViewedBitmap, node: string): QmpCommand[] {
  return [
    command("block-dirty-bitmap-add", { node, name, granularity, disabled: true }),
    command("block-dirty-bitmap-merge", { node, target: name, bitmaps: [{ node: DISK, name }] }),
  ];
}

function cacheDefinition(cache: CachePlace, bitmap: JsonObject | null): JsonObject {
  if (cache.kind === "file") return opened(CACHE, fileNode(CACHE_IMAGE), "raw");
  return {
    ...{ driver: "fleecing-cache", "node-name": CACHE, backing: DISK, discard: "unmap" },
    ...(bitmap !== null && { bitmap }),
    memory: { driver: "memory", image: MEMORY_IMAGE },
    ...(cache.spills && { disk: { ...fileNode(CACHE_IMAGE), discard: "unmap" } }),
    "memory-clusters": cache.clusters,
    "when-full": cache.whenFull,
  };
}
