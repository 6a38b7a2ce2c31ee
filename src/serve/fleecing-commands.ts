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
 * export of the cache.
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
    };

export interface FleecingPlan {
  /** what the disk's image is */
  readonly format: "raw" | "qcow2";
  readonly cache: CachePlace;
  /** what becomes of a write whose old data cannot be saved (QAPI `OnCbwError`) */
  readonly onError: "break-guest-write" | "break-snapshot";
  /** seconds that a write waits for its old data to be saved; 0: as long as it takes */
  readonly timeout: number;
  /** whether readers may give back what they have copied, by TRIM */
  readonly trim: boolean;
}

/** Ids of the exports, and names of the nodes. */
export const GUEST = "guest";
export const VIEW = "view";
export const HOOK = "hook";
const CACHE = "cache";
/** The images, as nodes call them: the disk, and what a cache is kept in, which is as long. */
export const DISK_IMAGE = "disk.raw";
export const CACHE_IMAGE = "cache.raw";
export const MEMORY_IMAGE = "memory";

const command = (execute: string, args: JsonObject): QmpCommand => ({ execute, arguments: args });

const add = (definition: JsonObject): QmpCommand => command("blockdev-add", definition);

function opened(name: string, filename: string, driver: string): JsonObject {
  const file = { driver: "file", filename, discard: "unmap" };
  return { driver, "node-name": name, discard: "unmap", file };
}

/** From nothing to two exports. The point in time is that of the last-but-one command. */
export function beginFleecing(plan: FleecingPlan): QmpCommand[] {
  const { format, cache, onError, timeout, trim } = plan;
  const hook: JsonObject = {
    ...{ driver: "copy-before-write", "node-name": HOOK, file: "disk", target: CACHE },
    ...{ "on-cbw-error": onError, "cbw-timeout": timeout },
  };
  const view = { driver: "snapshot-access", "node-name": VIEW, file: HOOK, discard: "unmap" };
  const offer = (id: string, node: JsonValue, writable: boolean) =>
    command("block-export-add", { type: "nbd", id, name: id, "node-name": node, writable });
  return [
    add(opened("disk", DISK_IMAGE, format)),
    add(cacheDefinition(cache)),
    add(hook),
    ...(cache.kind === "file" ? [add(view)] : []),
    offer(GUEST, HOOK, true),
    offer(VIEW, cache.kind === "file" ? VIEW : CACHE, trim),
  ];
}

function cacheDefinition(cache: CachePlace): JsonObject {
  if (cache.kind === "file") return opened(CACHE, CACHE_IMAGE, "raw");
  return {
    ...{ driver: "fleecing-cache", "node-name": CACHE, backing: "disk", discard: "unmap" },
    memory: { driver: "memory", image: MEMORY_IMAGE },
    "memory-clusters": cache.clusters,
    "when-full": cache.whenFull,
  };
}

/** Back again, when no client is left. */
export function endFleecing({ cache }: Pick<FleecingPlan, "cache">): QmpCommand[] {
  const remove = (name: string) => command("blockdev-del", { "node-name": name });
  return [
    command("block-export-del", { id: VIEW, mode: "hard" }),
    command("block-export-del", { id: GUEST, mode: "hard" }),
    ...(cache.kind === "file" ? [remove(VIEW)] : []),
    remove(HOOK),
    remove(CACHE),
    remove("disk"),
  ];
}
