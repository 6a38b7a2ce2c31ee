/**
 * The same point in time kept in two ways, of which this is copy-before-write; cow-overlay.ts is
 * the other one. "CBW is about copying everything to the overlay, and then leaving it alone,
 * instead writing the data to the backing file."
 *
 *     guest        reader
 *       |             |
 *       v             v
 *      hook <------- view
 *       |  \
 *  file |   \ target
 *       v    v
 *     disk  cache
 *
 * What must hold: the view shows the disk as it was when the guest was moved onto the hook,
 * whatever the guest writes, and when the hook is taken out the disk has all of it. Both hold.
 *
 * What it costs. The first write to a cluster, whatever its length, waits for a read of the disk, a
 * write to the cache, and every reader who is still reading the old data from the disk; another
 * write to that cluster waits for the same copy. A reader waits for nobody. At the end there is
 * nothing to bring back: the cache is thrown away. Where there is no room in the cache the guest's
 * write fails, or the view breaks (break-snapshot.ts): the guest pays for somebody else's storage.
 */
import type { Model } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  claimIsNotExclusive,
  copiesAreNotSettled,
  guestDoesNotDrain,
  saveErrorIsIgnored,
} from "../mutations.ts";
import {
  close,
  hookOverDisk,
  imagesOf,
  moveGuestTo,
  readerLeaves,
  readerOn,
  viewOfHook,
} from "../thread/parts.ts";
import { keptBy, keptInTwoWays } from "./parts.ts";

export const cbwHook: Model = {
  ...keptInTwoWays,
  name: "cbw-hook",
  title: "The same point in time kept by a hook: copy-before-write",
  idea:
    "The guest goes on on its disk. Before it overwrites a cluster the old data is saved to a " +
    "cache, and readers who are on the disk are waited for; nothing must be brought back.",
  images: imagesOf("cache.raw"),
  phases: keptBy(
    [rawNode("cache"), hookOverDisk, moveGuestTo("hook"), viewOfHook, readerOn("view")],
    "cache.raw",
    [readerLeaves, close("view"), moveGuestTo("disk"), close("hook"), close("cache")],
  ),
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read"],
  invariants: ["settled-is-copied"],
  mutants: [
    {
      name: "guest-does-not-wait-for-readers",
      statement: "a write does not wait for reads of the view that still use the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "guest-does-not-wait-for-copy",
      statement: "a write to half a cluster does not wait for the copy that another one began (K9)",
      mutation: claimIsNotExclusive,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "save-error-is-ignored",
      statement: "a cluster counts as copied although there was no room for it in the cache",
      mutation: saveErrorIsIgnored,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copies-are-not-settled",
      statement: "readers go on reading the disk where the old data is in the cache",
      mutation: copiesAreNotSettled,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
