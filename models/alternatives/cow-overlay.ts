/**
 * The same point in time kept in two ways, of which this is copy on write; cbw-hook.ts is the other
 * one. "It's not really COW, it's copy-before-write, isn't it?" and "COW is about writing data to
 * an overlay instead of writing it to the backing file. Ideally, you don't copy anything,
 * actually."
 *
 *     guest
 *       |
 *       v      backing
 *     overlay --------->  disk  <--- reader
 *
 * The point in time is the disk, which `blockdev-snapshot` makes read-only. What must hold: a
 * reader of the disk finds what the guest had written by then, and the guest finds in the overlay,
 * with the disk behind it, what it has written before and since. Both hold, and no order of
 * requests can change the first, because nobody can write there: mutants can only harm the guest.
 *
 * What it costs. The reader waits for nobody, and nobody waits for the reader. A guest's write of a
 * whole cluster is one write, to the overlay; a write of less reads the rest of the cluster from
 * the disk first ("just a side effect that you need to copy things"), and another write to that
 * cluster waits meanwhile. The price comes at the end: the guest's new data is in the overlay, and
 * has to be committed to the disk before the overlay can go. Where there is no room in the overlay
 * the guest's write fails, and the point in time stands.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { imagesOf, overlay, readerLeaves, readerOn } from "../thread/parts.ts";
import {
  claimIsShared,
  failedWriteKeepsClusters,
  overlayErrorIsHidden,
  restIsNotCopied,
  writeKeepsClusters,
} from "./mutations.ts";
import { keptBy, keptInTwoWays, readsAllAfterwards } from "./parts.ts";

export const cowOverlay: Model = {
  ...keptInTwoWays,
  name: "cow-overlay",
  title: "A point in time kept by an overlay: copy on write",
  idea:
    "The guest goes on in an overlay, and the disk below is the point in time, which anybody can " +
    "read without waiting. New data goes to the overlay, and must be brought back at the end.",
  images: imagesOf("overlay.qcow2"),
  phases: [
    ...keptBy(
      [
        qmp("blockdev-add", overlay("overlay", null)),
        qmp("blockdev-snapshot", { node: "disk", overlay: "overlay" }),
        readerOn("disk"),
      ],
      "overlay.qcow2",
      [readerLeaves],
    ),
    { kind: "concurrent", actors: [readsAllAfterwards] },
  ],
  // The reader's disk is the guest's old one: what was last written there is the point in time.
  properties: ["guest-reads-last-write", "errors-are-told"],
  mutants: [
    {
      name: "rest-is-not-copied",
      statement: "what a write leaves of a cluster is not copied to the overlay",
      mutation: restIsNotCopied,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "claim-is-shared",
      statement:
        "a write does not wait for another one that puts the same cluster into the overlay",
      mutation: claimIsShared,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "overlay-error-is-hidden",
      statement: "a write for which the overlay has no room succeeds",
      mutation: overlayErrorIsHidden,
      caughtBy: "errors-are-told",
    },
    {
      name: "failed-write-keeps-clusters",
      statement: "clusters for which there was no room stay those of the write that failed",
      mutation: failedWriteKeepsClusters,
      caughtBy: "no-deadlock",
    },
    {
      name: "write-keeps-clusters",
      statement: "clusters that were written to the overlay are never free for other writes again",
      mutation: writeKeepsClusters,
      caughtBy: "no-deadlock",
    },
  ],
};
