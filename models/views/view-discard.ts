/**
 * "So, fleecing client may read cluster by cluster and discard them to reduce COW-load of the
 * drive."
 *
 *     guest        copier   other
 *       |              \     /
 *       v               v   v
 *      hook <----------- view
 *       |  \
 *  file |   \ target
 *       v    v
 *     disk  cache
 *
 * What a reader discards is unreadable from then on, for everybody; a guest's write there needs no
 * copy any more, and the cache gives its room back. What must hold: a read of the view that
 * succeeds still returns the point in time, a discarded cluster is never read again, and the
 * guest's disk stays the guest's.
 *
 * QEMU keeps to that for one request after the other (rule C11). But it lets the cache forget an
 * area that another reader is being served from at that moment, in eleven steps:
 *
 *     guest     overwrites cluster 0, and the old data is on its way to the cache
 *     copier    reads cluster 0: still from the disk
 *     other     reads cluster 0, which is saved by now: from the cache
 *     copier    discards cluster 0, and the cache forgets it
 *     other     has zeros, with success
 *
 * The first model shows that. In the second one reads hold what they use, and a discard waits for
 * those that began before it. Nobody else waits, so that is all that the repair costs.
 */
import type { Actor, Model, Phase } from "../../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "../graph.ts";
import {
  discardDoesNotWait,
  discardFreesFirst,
  discardHitsSource,
  discardLeavesAccess,
} from "../mutations.ts";
import { guestWrites, imagesOf } from "../thread/parts.ts";

const CLUSTER = 65536;
const READERS = ["copier", "other"];
/** Reads a cluster, and is done with it. */
const copier: Actor = {
  name: "copier",
  through: "copier",
  requests: [
    { operation: "read", offset: 0, length: CLUSTER },
    { operation: "discard", offset: 0, length: CLUSTER },
  ],
};

/** Reads clusters, any of them. */
const other: Actor = {
  name: "other",
  through: "other",
  requests: { operations: ["read"], count: 4, alignment: CLUSTER, longest: CLUSTER },
};

const phases: readonly Phase[] = [
  { kind: "commands", commands: [...guestOnDisk, ...startFleecing(READERS)] },
  { kind: "concurrent", actors: [guestWrites(), copier, other] },
  { kind: "commands", commands: stopFleecing(READERS) },
];

const copiedAndDiscarded = {
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  images: imagesOf("cache.raw"),
  phases,
  properties: ["view-equals-point-in-time", "discarded-is-unreadable", "disk-keeps-guest-writes"],
  reachable: ["view-is-read", "view-is-denied"],
} as const satisfies Partial<Model>;

export const viewDiscardRace: Model = {
  ...copiedAndDiscarded,
  name: "view-discard-race",
  title: "A reader discards what another one is reading, as every QEMU since 7.0 lets it (C11)",
  idea:
    "One reader copies a cluster and discards it while another is reading it from the cache. The " +
    "cache forgets it at once, and the other reader is given zeros, with success.",
  profile: "qemu-10.0",
  expected: { verdict: "violated" },
  mutants: [],
};

export const viewDiscard: Model = {
  ...copiedAndDiscarded,
  name: "view-discard",
  title: "Readers discard what they have copied, so that guests need not save it",
  idea:
    "A reader copies a cluster and discards it: nobody reads it again, the guest overwrites it " +
    "without a copy, and the cache has room again. A reader who is there already ends first.",
  profile: "proposed",
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "discard-does-not-wait",
      statement: "the cache forgets a cluster while somebody is reading it there (C11, H60)",
      mutation: discardDoesNotWait,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-frees-first",
      statement: "the cache forgets a cluster before readers are kept out of it (H44)",
      mutation: discardFreesFirst,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-leaves-access",
      statement: "a discarded cluster stays readable, and is read from where nobody saves it",
      mutation: discardLeavesAccess,
      caughtBy: "discarded-is-unreadable",
    },
    {
      name: "discard-hits-source",
      statement: "a discard of the view frees the guest's disk instead of the cache",
      mutation: discardHitsSource,
      caughtBy: "disk-keeps-guest-writes",
    },
  ],
};
