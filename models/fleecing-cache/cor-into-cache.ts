/**
 * The thread's first and third benefit: what is read goes into the cache's memory as well, if there
 * is room, and makes room for what has to be kept.
 */
import type { Model } from "../../src/system/model.ts";
import {
  changedIsDropped,
  failedFillCounts,
  fillClaimsFirst,
  fillCountsTooSoon,
  storeLosesItsRoom,
  storeTrustsFill,
} from "./cor-mutations.ts";
import { asks, common, images, startCaching, stopCaching } from "./parts.ts";

export const corIntoCache: Model = {
  ...common,
  name: "cor-into-cache",
  title: "A cache in memory that keeps what is read, too",
  idea:
    "Memory has room for one cluster of two. A read puts its cluster there if there is room " +
    "right now; a guest's write that needs the room drops it again, unless somebody reads it " +
    "there. The guest never waits for what is kept of a read. Memory may fail once.",
  images,
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1, "copy-on-read": true }) },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"], 2), asks("reader", ["read"], 2)],
      faults: [{ image: "ram", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "view-is-served", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "fill-claims-first",
      statement: "a cluster is claimed before it is read, and lands whatever came in between",
      mutation: fillClaimsFirst,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "fill-counts-too-soon",
      statement: "a cluster counts as kept before its data has landed in memory",
      mutation: fillCountsTooSoon,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "failed-fill-counts",
      statement: "a cluster that memory refused counts as kept",
      mutation: failedFillCounts,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "store-trusts-fill",
      statement: "a copy takes what is on its way into memory for kept",
      mutation: storeTrustsFill,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "changed-is-dropped",
      statement: "a cluster is dropped although the guest has changed it",
      mutation: changedIsDropped,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "store-loses-its-room",
      statement: "a copy that counts on a cluster in memory does not keep it from being dropped",
      mutation: storeLosesItsRoom,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
