/**
 * Requests that share clusters: two guest requests of half a cluster and more, and reads of two
 * clusters of which one may be copied.
 */
import type { Model } from "../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import {
  claimIsNotExclusive,
  copyIsClaimedAtItsEnd,
  failedCopyIsNotAbandoned,
  guestSettlesInteriorOnly,
  mixedReadIsMistaken,
  settlesAfterFailure,
} from "./mutations.ts";

const CLUSTER = 65536;
const SECTOR = CLUSTER / 2;

export const overlap: Model = {
  name: "overlap",
  title: "Requests that overlap in part of a cluster",
  idea:
    "Two guest writes to halves of one cluster need it copied once, before either of them, and " +
    "each must wait for a copy that the other one began. A read of two clusters finds one of " +
    "them copied and the other not, and takes each from where it is.",
  profile: "proposed",
  bounds: { requests: 2, alignment: SECTOR, longest: 2 * CLUSTER, values: 2 },
  clusterSize: CLUSTER,
  images: [
    {
      filename: "disk.raw",
      length: 3 * SECTOR,
      content: [{ offset: 0, length: 3 * SECTOR, fill: { seed: 1 } }],
    },
    { filename: "cache.raw", length: 3 * SECTOR, content: [] },
  ],
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"])] },
    {
      kind: "concurrent",
      actors: [
        {
          name: "guest",
          through: "guest",
          depth: 2,
          requests: { operations: ["write"], count: 6, alignment: SECTOR, longest: 2 * SECTOR },
        },
        {
          name: "reader",
          through: "reader",
          requests: [
            { operation: "read", offset: 0, length: 3 * SECTOR },
            { operation: "read", offset: 0, length: 3 * SECTOR },
          ],
        },
      ],
      faults: [{ image: "cache.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopFleecing(["reader"]) },
  ],
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  invariants: ["settled-is-copied"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "copy-is-claimed-at-its-end",
      statement: "a cluster stays dirty while it is copied, so that two requests copy it (H02)",
      mutation: copyIsClaimedAtItsEnd,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "claim-is-not-exclusive",
      statement: "who finds a cluster being copied does not wait for that copy (K9)",
      mutation: claimIsNotExclusive,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "mixed-read-is-mistaken",
      statement: "a copied run before one that is not copied is read from the disk (H03)",
      mutation: mixedReadIsMistaken,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "failed-copy-is-not-abandoned",
      statement: "a copy that failed leaves its cluster claimed, and others wait for ever (K8)",
      mutation: failedCopyIsNotAbandoned,
      caughtBy: "no-deadlock",
    },
    {
      name: "settles-after-failure",
      statement: "a write whose copy failed marks its clusters done all the same (C3.5, H30)",
      mutation: settlesAfterFailure,
      caughtBy: "settled-is-copied",
    },
    {
      name: "guest-settles-interior-only",
      statement: "clusters that a write covers in part are not marked done (C2: the whole hull)",
      mutation: guestSettlesInteriorOnly,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
