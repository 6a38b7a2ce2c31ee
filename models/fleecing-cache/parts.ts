/**
 * What the models of the fleecing cache have in common (the thread's "real cache"): a disk of two
 * clusters, a hook that saves to the cache, and a reader to whom the cache shows the point in time
 * by itself.
 *
 *     guest                reader
 *       |                    |
 *       v      target        v
 *      hook ------------->  cache
 *       |                   /   \
 *       | file     backing /     \ memory
 *       v                 /       v
 *      disk <------------        ram
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Actor, type Model, type ModelImage, qmp } from "../../src/system/model.ts";
import type { Operation } from "../../src/vocabulary.ts";
import { guestOnDisk } from "../graph.ts";

export const CLUSTER = 65536;
/** bytes of the disk */
export const LENGTH = 2 * CLUSTER;

export const common = {
  profile: "proposed",
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

/** Data everywhere, since zeros take no memory. @param length bytes of the disk */
export function imagesOf(length: number): readonly ModelImage[] {
  return [
    { filename: "disk.raw", length, content: [{ offset: 0, length, fill: { seed: 1 } }] },
    { filename: "ram", length, content: [], volatile: true },
  ];
}

export const images = imagesOf(LENGTH);

/** The cache in use, and a reader of it. @see {@link insertCache} */
export function startCaching(cache: JsonObject, hook: JsonObject = {}): QmpCommand[] {
  const reader = { type: "nbd", id: "reader", name: "reader" };
  return [
    ...insertCache(cache, hook),
    qmp("block-export-add", { ...reader, "node-name": "cache", writable: true }),
  ];
}

/** The cache with the disk behind it, to which nobody saves anything yet. */
export function openCache(cache: JsonObject): QmpCommand[] {
  return [
    qmp("blockdev-add", {
      driver: "memory",
      "node-name": "ram",
      image: "ram",
      discard: "unmap",
    }),
    qmp("blockdev-add", {
      driver: "fleecing-cache",
      "node-name": "cache",
      memory: "ram",
      backing: "disk",
      discard: "unmap",
      ...cache,
    }),
  ];
}

/**
 * The cache goes in before the hook, which then finds the disk behind its target.
 * @param cache further options of the cache
 * @param hook further options of the hook
 */
export function insertCache(cache: JsonObject, hook: JsonObject = {}): QmpCommand[] {
  return [
    ...guestOnDisk,
    ...openCache(cache),
    qmp("blockdev-add", {
      driver: "copy-before-write",
      "node-name": "hook",
      file: "disk",
      target: "cache",
      ...hook,
    }),
    qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
  ];
}

/**
 * @param users further exports of the cache
 * @param tiers further nodes below it
 */
export function stopCaching(
  users: readonly string[] = [],
  tiers: readonly string[] = [],
): QmpCommand[] {
  return [
    ...["reader", ...users].map((id) => qmp("block-export-del", { id })),
    ...removeCache(tiers),
  ];
}

/** @param tiers further nodes below it */
export function removeCache(tiers: readonly string[] = []): QmpCommand[] {
  return [
    qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "disk" }),
    ...["hook", "cache", "ram", ...tiers].map((name) => qmp("blockdev-del", { "node-name": name })),
  ];
}

/** From now on the guest reads from the cache. The point in time is when the hook took it over. */
export const readByCache: readonly QmpCommand[] = [
  qmp("blockdev-add", {
    driver: "cached-reads",
    "node-name": "reads",
    file: "hook",
    cache: "cache",
  }),
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "reads" }),
];

/** Undoes that. */
export const readByDisk: readonly QmpCommand[] = [
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
  qmp("blockdev-del", { "node-name": "reads" }),
];

/** Through this the cache's own policy asks it to evict clusters; in a model, at any moment. */
export const keeper: QmpCommand = qmp("block-export-add", {
  type: "nbd",
  id: "keeper",
  name: "keeper",
  "node-name": "cache",
});

/**
 * Somebody who asks for clusters, any of them.
 * @param depth requests in flight at once
 * @param longest bytes of a request
 */
export function asks(
  who: string,
  operations: readonly Operation[],
  depth = 1,
  longest = CLUSTER,
): Actor {
  return {
    ...{ name: who, through: who, depth },
    requests: { operations, count: 6, alignment: CLUSTER, longest },
  };
}
