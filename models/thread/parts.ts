/**
 * What the models of the thread have in common: a disk of two clusters with old data in it, a cache
 * that has the disk as its backing file, a guest who overwrites, and a reader.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import {
  type Actor,
  type Model,
  type ModelImage,
  type Mutant,
  qmp,
} from "../../src/system/model.ts";
import { claimIsNotExclusive, copyIsNotSaved, writesDoNotSerialise } from "../mutations.ts";

const CLUSTER = 65536;
const LENGTH = 2 * CLUSTER;

export const common = {
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  mutants: [],
} as const satisfies Partial<Model>;

/** What a reader and a guest may expect of a design that works, as it does in QEMU. */
export const holdsInQemu = {
  ...common,
  profile: "qemu-7.2",
  properties: ["view-equals-point-in-time", "view-is-served", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

/** What a hook that saves to a cache over the disk must not get wrong, whoever puts it there. */
export const ofHookOverDisk: readonly Mutant[] = [
  {
    name: "writes-do-not-serialise",
    statement: "what the hook saves does not wait for reads of the cache under way (H05, M3)",
    mutation: writesDoNotSerialise,
    caughtBy: "view-equals-point-in-time",
  },
  {
    name: "copy-is-not-saved",
    statement: "a cluster counts as copied before its data is in the cache",
    mutation: copyIsNotSaved,
    caughtBy: "view-equals-point-in-time",
  },
  {
    name: "claim-is-not-exclusive",
    statement: "a write does not wait for the copy that another one began (K9)",
    mutation: claimIsNotExclusive,
    caughtBy: "view-equals-point-in-time",
  },
];

/** The disk, and further images, which are empty. */
export function imagesOf(...empty: readonly string[]): ModelImage[] {
  return [
    {
      filename: "disk.raw",
      length: LENGTH,
      content: [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }],
    },
    ...empty.map((filename) => ({ filename, length: LENGTH, content: [] })),
  ];
}

/** A qcow2 node over an image named after it. @param backing a node, or null: it has none */
export function overlay(name: string, backing: JsonObject | string | null): JsonObject {
  return {
    driver: "qcow2",
    "node-name": name,
    file: { driver: "file", filename: `${name}.qcow2` },
    backing,
  };
}

/** The cache of the thread's pictures. */
export const cacheOverDisk: QmpCommand = qmp("blockdev-add", overlay("cache", "disk"));

/** The hook as QEMU has it since 6.2. */
export const hookOverDisk: QmpCommand = qmp("blockdev-add", {
  driver: "copy-before-write",
  "node-name": "hook",
  file: "disk",
  target: "cache",
});

/** The hook's view, as QEMU has it since 6.2. */
export const viewOfHook: QmpCommand = qmp("blockdev-add", {
  driver: "snapshot-access",
  "node-name": "view",
  file: "hook",
});

export const guestOn = (node: string): QmpCommand =>
  qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: node });

export const moveGuestTo = (node: string): QmpCommand =>
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: node });

/** A client that reads a node. */
export const readerOn = (node: string): QmpCommand =>
  qmp("block-export-add", { type: "nbd", id: "reader", name: "reader", "node-name": node });

export const readerLeaves: QmpCommand = qmp("block-export-del", { id: "reader" });

export const close = (node: string): QmpCommand => qmp("blockdev-del", { "node-name": node });

/** A guest that overwrites clusters, any of them. @param depth writes in flight at once */
export function guestWrites(depth = 1): Actor {
  const choice = { operations: ["write"], count: 4, alignment: CLUSTER, longest: CLUSTER } as const;
  return { name: "guest", through: "guest", depth, requests: choice };
}

/** A guest that overwrites clusters and reads them, any of them. */
export const guestWritesAndReads: Actor = {
  name: "guest",
  through: "guest",
  requests: { operations: ["write", "read"], count: 4, alignment: CLUSTER, longest: CLUSTER },
};

/** A reader that reads clusters, any of them. */
export const readerReads: Actor = {
  name: "reader",
  through: "reader",
  requests: { operations: ["read"], count: 4, alignment: CLUSTER, longest: CLUSTER },
};

/** A reader that reads everything at once. */
export const readerReadsAll: Actor = {
  name: "reader",
  through: "reader",
  requests: [{ operation: "read", offset: 0, length: LENGTH }],
};

/** A guest that overwrites the old data once. */
export const guestOverwrites: Actor = {
  name: "guest",
  through: "guest",
  requests: [{ operation: "write", offset: 0, length: CLUSTER, data: { byte: 0x22 } }],
};
