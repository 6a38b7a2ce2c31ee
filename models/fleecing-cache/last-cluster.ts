/**
 * A disk that ends within a cluster: what becomes of its last, shorter one.
 *
 *     disk     | cluster 0       | cluster 1
 *     bytes    0                 65536    98304
 *     discard                    [--------]        all of cluster 1 that there is
 *     discard           [--------]                 a half of cluster 0: releases nothing
 *
 * A discard releases the clusters that it has wholly. With QEMU's views that are clusters of full
 * length only (rule C11): the rest at the end of a disk stays, whoever discards it, and every guest
 * who overwrites it pays for a copy. With the fleecing cache a discard up to the end of the disk
 * has the last cluster as well.
 */
import type { Model } from "../../src/system/model.ts";
import { releasedIsReadable, releaseForgetsTail, releaseFreesAround } from "./mutations.ts";
import { asks, CLUSTER, common, imagesOf, startCaching, stopCaching } from "./parts.ts";

const HALF = CLUSTER / 2;

export const lastCluster: Model = {
  ...common,
  name: "last-cluster",
  title: "A reader discards the last cluster of a disk, which is cut short",
  idea:
    "A disk of one cluster and a half. What the reader discards up to its end is never read " +
    "again, makes room, and needs no copy, like any other cluster; a discard of half of the " +
    "first one does nothing.",
  bounds: { requests: 2, alignment: HALF, longest: CLUSTER, values: 1 },
  images: imagesOf(CLUSTER + HALF),
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1 }) },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"]),
        {
          ...{ name: "reader", through: "reader", depth: 2 },
          requests: {
            operations: ["read", "discard"],
            count: 6,
            alignment: HALF,
            longest: CLUSTER,
          },
        },
      ],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "discarded-is-unreadable", "disk-keeps-guest-writes"],
  reachable: ["view-is-read", "view-is-denied"],
  mutants: [
    {
      name: "release-forgets-tail",
      statement: "a discard releases clusters of full length only (C11)",
      mutation: releaseForgetsTail,
      caughtBy: "discarded-is-unreadable",
    },
    {
      name: "release-frees-around",
      statement: "memory forgets also what a discard has of clusters that stay",
      mutation: releaseFreesAround,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "released-is-readable",
      statement: "what was released stays readable, and is read from where nobody saves it",
      mutation: releasedIsReadable,
      caughtBy: "discarded-is-unreadable",
    },
  ],
};
