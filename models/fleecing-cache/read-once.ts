/**
 * The thread's sixth benefit, "all reads are read-once", in a way that a reply may be lost.
 *
 *     reader                              cache
 *       flush                             nothing was read, so nothing is released
 *       read cluster 0    <-- data        handed out
 *       read cluster 0    <-- data        the reply was lost, or the reader's target was full
 *       flush                             released
 *       read cluster 0    <-- EACCES
 *
 * Meanwhile a guest writes, to either cluster, and memory has room for one of them. What is handed
 * out is kept like what nobody has read; what is released makes room.
 */
import type { Model } from "../../src/system/model.ts";
import { releasedIsReadable } from "./mutations.ts";
import { asks, CLUSTER, common, images, startCaching, stopCaching } from "./parts.ts";
import {
  readReleases,
  unacknowledgedIsDropped,
  unreadIsAcknowledged,
} from "./read-once-mutations.ts";

const flush = { operation: "flush", offset: 0, length: 0 } as const;
const read = { operation: "read", offset: 0, length: CLUSTER } as const;

export const readOnce: Model = {
  ...common,
  name: "read-once",
  title: "A cache that lets go of what was read once its reader says that it has it",
  idea:
    "A read hands its clusters out, and the reader's next flush acknowledges them. Until then " +
    "the reader may ask again, and has the same; from then on it is refused, and the guest " +
    "overwrites the cluster without a copy.",
  images,
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1, "read-once": true }) },
    {
      kind: "concurrent",
      actors: [
        asks("guest", ["write"], 2),
        { name: "reader", through: "reader", requests: [flush, read, read, flush, read] },
      ],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read", "view-is-read-again", "view-is-denied"],
  mutants: [
    {
      name: "read-releases",
      statement: "a read releases what it returns: who asks again finds nothing",
      mutation: readReleases,
      caughtBy: "view-is-read-again",
    },
    {
      name: "unread-is-acknowledged",
      statement: "a flush releases what nobody has read as well",
      mutation: unreadIsAcknowledged,
      caughtBy: "view-is-read",
    },
    {
      name: "unacknowledged-is-dropped",
      statement: "memory of what was not acknowledged is given to others",
      mutation: unacknowledgedIsDropped,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "acknowledged-is-readable",
      statement: "what was acknowledged stays readable, and is read from where nobody saves it",
      mutation: releasedIsReadable,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
