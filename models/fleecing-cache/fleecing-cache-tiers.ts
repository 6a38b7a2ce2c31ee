/**
 * The cache of the thread with both tiers: what must leave memory goes to a disk, at any moment.
 */
import type { Model } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import { evictForgetsFirst, evictTakesNoTurn, spillErrorIsIgnored } from "./mutations.ts";
import {
  asks,
  CLUSTER,
  common,
  images,
  keeper,
  LENGTH,
  startCaching,
  stopCaching,
} from "./parts.ts";

export const fleecingCacheTiers: Model = {
  ...common,
  name: "fleecing-cache-tiers",
  title: "A cache in memory that is emptied to a disk",
  idea:
    "Memory has room for one cluster of two. At any moment what is kept there may be evicted to " +
    "the disk tier, also while it is read or another cluster is stored; the disk tier may be " +
    "full once. A guest's write that finds no room fails.",
  images: [...images, { filename: "tier.raw", length: LENGTH, content: [] }],
  phases: [
    {
      kind: "commands",
      commands: [rawNode("tier"), ...startCaching({ "memory-clusters": 1, disk: "tier" }), keeper],
    },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"]),
        asks("reader", ["read"]),
        {
          name: "keeper",
          through: "keeper",
          requests: { operations: ["evict"], count: 20, alignment: CLUSTER, longest: CLUSTER },
        },
      ],
      faults: [{ image: "tier.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopCaching(["keeper"], ["tier"]) },
  ],
  properties: ["view-equals-point-in-time", "view-is-served", "disk-keeps-guest-writes"],
  invariants: ["memory-is-accounted"],
  mutants: [
    {
      name: "evict-takes-no-turn",
      statement: "a cluster is taken out of memory while somebody reads it there",
      mutation: evictTakesNoTurn,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "evict-forgets-first",
      statement: "memory is free before the disk tier has the data",
      mutation: evictForgetsFirst,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "spill-error-is-ignored",
      statement: "a cluster that the disk tier refused leaves memory all the same",
      mutation: spillErrorIsIgnored,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
