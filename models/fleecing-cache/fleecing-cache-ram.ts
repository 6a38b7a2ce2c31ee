/**
 * The cache of the thread with one tier, memory, and with less of it than the disk has clusters:
 * the three answers to the question what happens when it is full.
 */
import type { Model } from "../../src/system/model.ts";
import {
  fullCountsAsKept,
  givenUpIsIgnored,
  imageIsNotGivenUp,
  releaseKeepsRoom,
  releaseTakesNoTurn,
  roomIsGivenTooSoon,
  waitsInItsTurn,
} from "./mutations.ts";
import { asks, CLUSTER, common, images, startCaching, stopCaching } from "./parts.ts";
import { STORES_WRONGLY } from "./stores-wrongly.ts";

export const fleecingCacheRam: Model = {
  ...common,
  name: "fleecing-cache-ram",
  title: "A cache in memory that shows the point in time by itself",
  idea:
    "What the hook saves goes into memory, for one cluster of two; the rest is read from the " +
    "disk behind the cache. When memory is full the guest's write fails, and the view stands. " +
    "What the reader has released makes room.",
  images,
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1 }) },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), asks("reader", ["read", "discard"], 2)],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "discarded-is-unreadable", "disk-keeps-guest-writes"],
  invariants: ["memory-is-accounted"],
  mutants: [
    ...STORES_WRONGLY,
    {
      name: "full-counts-as-kept",
      statement: "a copy for which there is no room counts as kept",
      mutation: fullCountsAsKept,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "release-takes-no-turn",
      statement: "who releases clusters does not wait for who is reading them",
      mutation: releaseTakesNoTurn,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "room-is-given-too-soon",
      statement: "the room of a released cluster is given back, and it stays in memory",
      mutation: roomIsGivenTooSoon,
      caughtBy: "memory-is-accounted",
    },
  ],
};

export const fleecingCacheBreaks: Model = {
  ...common,
  name: "fleecing-cache-breaks",
  title: "A cache in memory that gives the view up when it is full",
  idea:
    "With when-full=break-snapshot the guest's write goes on, and whoever reads the view from " +
    "then on is refused. A read under way ends first.",
  images,
  phases: [
    {
      kind: "commands",
      commands: startCaching({ "memory-clusters": 1, "when-full": "break-snapshot" }),
    },
    { kind: "concurrent", actors: [asks("guest", ["write"]), asks("reader", ["read"])] },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read", "view-is-denied"],
  mutants: [
    {
      name: "image-is-not-given-up",
      statement: "the image is shown on although something of it was not kept",
      mutation: imageIsNotGivenUp,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "given-up-is-ignored",
      statement: "a reader is let in although the image was given up",
      mutation: givenUpIsIgnored,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};

export const fleecingCacheWaits: Model = {
  ...common,
  name: "fleecing-cache-waits",
  title: "A cache in memory for whose room the guest waits",
  idea:
    "With when-full=wait the guest's write waits until the reader has released a cluster that is " +
    "kept. The reader copies everything, cluster by cluster, and releases what it has. Memory is " +
    "full when it begins.",
  images,
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1, "when-full": "wait" }) },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          requests: [
            { operation: "write", offset: CLUSTER, length: CLUSTER, data: { byte: 0x22 } },
          ],
        },
      ],
    },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"]),
        {
          name: "reader",
          through: "reader",
          requests: [
            { operation: "read", offset: 0, length: CLUSTER },
            { operation: "discard", offset: 0, length: CLUSTER },
            { operation: "read", offset: CLUSTER, length: CLUSTER },
            { operation: "discard", offset: CLUSTER, length: CLUSTER },
          ],
        },
      ],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "waits-in-its-turn",
      statement: "who waits for room keeps readers from the cluster that it is to store",
      mutation: waitsInItsTurn,
      caughtBy: "no-deadlock",
    },
    {
      name: "release-keeps-room",
      statement: "the memory of released clusters is never free again",
      mutation: releaseKeepsRoom,
      caughtBy: "no-deadlock",
    },
  ],
};
