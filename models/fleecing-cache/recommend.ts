/**
 * In which order a reader should come to the clusters of a cache (the thread, "Benefits", 7): four
 * rules, each shown by what happens to a guest whose backup follows it, and does not.
 *
 *     a  what is in memory first     its room is free again for the next write
 *     b  zeros last                  they take no room, so nobody waits for theirs
 *     c  the disk tier late          what is there has cost all that it can
 *     d  the disk tier early         or its room is scarce, and memory cannot be emptied to it
 *
 *     guest                      job         keeper
 *       |                         |            |
 *       v      target             v source     | evicts
 *      hook ------------->  cache <-- copier   |
 *       |                  / |  \       <------+
 *       | file    backing /  |   \ memory
 *       v                /   v    v
 *      disk <-----------   tier   ram
 *
 * Memory has room for one cluster, and a write that finds none waits. Writes of the guest and
 * copies of the job follow one another in a set order, so what the job copies decides whether the
 * last write ever ends: with a cache that recommends nothing the job may take any cluster, and it
 * does not. Which cluster is the recommended one follows from the writes before, which are any.
 */
import {
  type Actor,
  type Model,
  type ModelImage,
  type Mutant,
  qmp,
} from "../../src/system/model.ts";
import { guestOnDisk, rawNode } from "../graph.ts";
import { backUpFromCache } from "../jobs/fleecing-backup.ts";
import { CLUSTER, common as jobs } from "../jobs/parts.ts";
import { recommendsNothing } from "./mutations.ts";
import { keeper, removeCache } from "./parts.ts";

const choice = { alignment: CLUSTER, longest: CLUSTER } as const;

/** Writes of the guest, one after the other, of any clusters. */
const writes = (count: number): Actor => ({
  ...{ name: "guest", through: "guest" },
  requests: { ...choice, operations: ["write"], count },
});

/** The job copies one cluster, as recommended. */
const copiesOne: Actor = {
  ...{ name: "backup", through: "backup" },
  requests: { ...choice, operations: ["copy"], count: 1, recommendedBy: "cache" },
};

/** Memory is emptied to the disk tier, as far as that has room. */
const empties = (clusters: number): Actor => ({
  ...{ name: "keeper", through: "keeper" },
  requests: Array.from({ length: clusters }, (_, index) => ({
    ...{ operation: "evict", offset: index * CLUSTER, length: CLUSTER },
  })),
});

/** A disk of data. */
function imagesOf(clusters: number): readonly ModelImage[] {
  const length = clusters * CLUSTER;
  return [
    { filename: "disk.raw", length, content: [{ offset: 0, length, fill: { seed: 1 } }] },
    { filename: "ram", length, content: [], volatile: true },
    { filename: "target.raw", length, content: [] },
    { filename: "tier.raw", length, content: [] },
  ];
}

const common = {
  ...jobs,
  properties: ["disk-keeps-guest-writes"],
  reachable: [],
  // One write more than there is room for waits for ever.
  inStep: true,
} as const satisfies Partial<Model>;

/** @param cache options of the cache @param phases who acts, one phase after the other */
function recommending(
  cache: { readonly [option: string]: string | number },
  phases: readonly (readonly Actor[])[],
): Model["phases"] {
  const tier = "disk" in cache;
  const options = { ...{ "memory-clusters": 1, "when-full": "wait" }, ...cache };
  return [
    {
      kind: "commands",
      commands: [
        ...(tier ? [rawNode("tier")] : []),
        ...backUpFromCache(options),
        ...(tier ? [keeper] : []),
      ],
    },
    ...phases.map((actors) => ({ kind: "concurrent" as const, actors })),
    {
      kind: "commands",
      commands: [
        ...(tier ? [qmp("block-export-del", { id: "keeper" })] : []),
        qmp("block-job-cancel", { device: "backup" }),
        ...removeCache(tier ? ["tier", "target"] : ["target"]),
      ],
    },
  ];
}

function ignored(statement: string): Mutant {
  const [name, mutation] = ["nothing-is-recommended", recommendsNothing];
  return { name, statement, mutation, caughtBy: "no-deadlock" };
}

export const recommendA: Model = {
  ...common,
  name: "recommend-a",
  title: "What is in memory is copied first",
  idea:
    "A guest's write has filled memory. The job copies that cluster first, so that the next " +
    "write finds room, wherever it goes.",
  images: imagesOf(3),
  phases: recommending({}, [[writes(1)], [copiesOne], [writes(1)]]),
  mutants: [ignored("the job copies clusters in any order, and memory stays full")],
};

/** Clusters of this disk that nobody has written are zeros for certain: a medium may not say so. */
const sparseDisk = [
  qmp("blockdev-add", {
    ...{ driver: "qcow2", "node-name": "disk", discard: "unmap" },
    file: { driver: "file", filename: "disk.raw", discard: "unmap" },
    backing: { driver: "null-co", size: 3 * CLUSTER, "read-zeroes": true },
  }),
  ...guestOnDisk.slice(1),
];

const fills = (...clusters: readonly number[]): Actor => ({
  ...{ name: "guest", through: "guest" },
  requests: clusters.map((cluster) => ({
    ...{ operation: "write", offset: cluster * CLUSTER, length: CLUSTER, data: { byte: 7 } },
  })),
});

const [adding, ...following] = recommending({}, [[fills(0)], [copiesOne], [writes(2)]]);

export const recommendB: Model = {
  ...common,
  name: "recommend-b",
  title: "Zeros are copied last",
  idea:
    "The guest has overwritten zeros, of which the cache only remembers that. The job copies a " +
    "cluster of data before them, which the guest may then overwrite without taking memory.",
  images: imagesOf(3),
  // What is on the disk is in no image alone, and nothing is judged of it.
  properties: ["nodes-outlive-requests"],
  phases: [
    { kind: "commands", commands: sparseDisk },
    { kind: "concurrent", actors: [fills(1, 2)] },
    ...(adding?.kind === "commands"
      ? [{ ...adding, commands: adding.commands.slice(guestOnDisk.length) }]
      : []),
    ...following,
  ],
  mutants: [ignored("the job copies the zeros first, and a write of data finds no room")],
};

export const recommendC: Model = {
  ...common,
  name: "recommend-c",
  title: "What is on the disk tier is copied late",
  idea:
    "What the guest has overwritten is on the disk tier, which is large. The job copies what is " +
    "still on the guest's own disk before it, which the guest may then overwrite at no cost.",
  images: imagesOf(3),
  phases: recommending({ disk: "tier", "recommend-disk": "late" }, [
    [writes(1)],
    [empties(3)],
    [copiesOne],
    [writes(2)],
  ]),
  mutants: [ignored("the job copies what is on the disk tier, and memory fills up")],
};

export const recommendD: Model = {
  ...common,
  name: "recommend-d",
  title: "What is on the disk tier is copied early, because that is small",
  idea:
    "The disk tier has room for one cluster, and is full. The job copies that one first, so that " +
    "memory can be emptied to it again before the guest writes on.",
  images: imagesOf(4),
  phases: recommending({ disk: "tier", "recommend-disk": "early", "disk-clusters": 1 }, [
    [writes(1)],
    [empties(4)],
    [copiesOne],
    [writes(1)],
    [empties(4)],
    [writes(1)],
  ]),
  mutants: [ignored("the job copies something else, and the disk tier stays full")],
};
