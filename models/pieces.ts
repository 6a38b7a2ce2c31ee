/**
 * A view that is asked for in pieces: part in the cache and part on the disk, halves of clusters,
 * and a failure in any of them.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import {
  discardFreesFirst,
  resetRoundsOutward,
  unknownStatusIsZero,
  viewWaitsForItself,
} from "./mutations.ts";

const CLUSTER = 65536;
const SECTOR = CLUSTER / 2;

export const pieces: Model = {
  name: "pieces",
  title: "Requests to the view that are served in pieces",
  idea:
    "What a reader asks for lies in the cache and on the disk by turns, and its discards cover " +
    "clusters in part. Each piece must come from where it is, be let go of when it is done or " +
    "has failed, and no other piece may suffer.",
  profile: "proposed",
  bounds: { requests: 2, alignment: SECTOR, longest: 2 * CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  images: [
    {
      filename: "disk.raw",
      length: 2 * CLUSTER,
      content: [{ offset: CLUSTER, length: CLUSTER, fill: { seed: 1 } }],
    },
    {
      filename: "cache.raw",
      length: 2 * CLUSTER,
      content: [{ offset: 0, length: CLUSTER, fill: { seed: 2 } }],
    },
  ],
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"])] },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          requests: {
            operations: ["write", "write-zeroes", "discard"],
            count: 6,
            alignment: CLUSTER,
            longest: CLUSTER,
          },
        },
        {
          name: "reader",
          through: "reader",
          requests: {
            operations: ["read", "discard", "block-status"],
            count: 6,
            alignment: SECTOR,
            longest: 2 * CLUSTER,
          },
        },
      ],
      faults: [
        {
          image: "cache.raw",
          operations: ["read", "write-zeroes", "discard", "block-status"],
          errno: "EIO",
          times: 1,
        },
        {
          image: "disk.raw",
          operations: ["read", "write-zeroes", "discard", "block-status"],
          errno: "EIO",
          times: 1,
        },
      ],
    },
    { kind: "commands", commands: stopFleecing(["reader"]) },
  ],
  properties: [
    "view-equals-point-in-time",
    "disk-keeps-guest-writes",
    "discarded-is-unreadable",
    "view-status-is-sound",
    "status-says-something",
    "errors-are-told",
  ],
  reachable: ["view-is-read", "view-is-denied", "view-status-answers"],
  invariants: ["settled-is-copied"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "reset-rounds-outward",
      statement: "a discard of the view also covers clusters that it touches in part (K11, H23)",
      mutation: resetRoundsOutward,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-frees-first",
      statement: "a discard of the view frees the cache before readers are kept out (H44)",
      mutation: discardFreesFirst,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "unknown-status-is-zero",
      statement: "a cluster of which the disk cannot tell whether it is zero is not read (H30b)",
      mutation: unknownStatusIsZero,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-waits-for-itself",
      statement: "a read of the view waits for all reads of the disk, its own among them (H06)",
      mutation: viewWaitsForItself,
      caughtBy: "no-deadlock",
    },
  ],
};
