/**
 * A view of which everything was saved before anybody reads it.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";

const CLUSTER = 65536;
const SECTOR = CLUSTER / 2;
const LENGTH = 5 * SECTOR;

export const copiedView: Model = {
  name: "copied-view",
  title: "A view that is read when the guest is done",
  idea:
    "The guest zeroes, discards and overwrites the clusters of an empty disk, the half one at " +
    "the end too, and only then is the view read: from the cache, in which there was other data " +
    "before. Unless a copy took too long, the view still stands, and is zero.",
  profile: "proposed",
  clusterSize: CLUSTER,
  images: [
    { filename: "disk.raw", length: LENGTH, content: [] },
    {
      filename: "cache.raw",
      length: LENGTH,
      content: [{ offset: 0, length: LENGTH, fill: { seed: 2 } }],
    },
  ],
  phases: [
    {
      kind: "commands",
      commands: [
        ...guestOnDisk,
        ...startFleecing(["reader"], { "on-cbw-error": "break-snapshot", "cbw-timeout": 1 }),
      ],
    },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          requests: [
            { operation: "write-zeroes", offset: 0, length: CLUSTER },
            { operation: "discard", offset: CLUSTER, length: CLUSTER },
            { operation: "write", offset: 2 * CLUSTER, length: SECTOR, data: { seed: 3 } },
          ],
        },
      ],
    },
    {
      kind: "concurrent",
      actors: [
        {
          name: "reader",
          through: "reader",
          requests: [
            { operation: "read", offset: 0, length: LENGTH },
            { operation: "block-status", offset: 0, length: LENGTH },
          ],
        },
      ],
    },
    { kind: "commands", commands: stopFleecing(["reader"]) },
  ],
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes", "view-status-is-sound"],
  reachable: ["view-is-read", "view-is-denied", "view-status-answers"],
  invariants: ["settled-is-copied"],
  expected: { verdict: "holds" },
  mutants: [],
};
