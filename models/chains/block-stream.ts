/**
 * A stream: a disk that had been kept in layers does without two of them, while its guest goes on
 * (block-stream).
 *
 *     guest          job                           guest
 *       |             |                              |
 *       +--> filter <-+                              |
 *              |                         then:       |
 *              v                                     v  backing
 *             top --> mid --> low --> disk          top ---------> disk
 *
 * The job has the filter copy to top what mid and low have and top has not: it is the filter of
 * copy-on-read, and the job a reader that reads nothing. What the disk has stays there. While a
 * cluster is copied, writes to it wait, and what was written before is not copied over. When all
 * was copied (top may be full once; then that piece is asked for again) the job is finalized while
 * the guest goes on: top has the disk behind it, and mid and low are closed.
 *
 * What must hold: the guest never finds anything but what it wrote last, and when two layers are
 * gone the others show what all showed. It holds. A stream whose copies did not wait for writes
 * would undo them: "stream-does-not-serialise".
 */
import { type Model, qmp } from "../../src/system/model.ts";
import {
  missingIsZeros,
  onlyNextIsLookedAt,
  streamCopiesBeforeItsTurn,
  streamDoesNotSerialise,
  streamKeepsItsTurn,
} from "./mutations.ts";
import { common, finalizeDoesNotDrain, images, withoutMiddle } from "./parts.ts";

export const blockStream: Model = {
  ...common,
  name: "block-stream",
  title: "A stream takes two layers out of a disk that its guest writes",
  idea:
    "A job copies to the topmost file what two files below it have, which may fail once, while " +
    "the guest writes and reads. Then these two are taken out of the chain, and the guest finds " +
    "everything where it was.",
  images,
  phases: withoutMiddle(
    qmp("block-stream", {
      ...{ "job-id": "job", device: "top", "base-node": "disk" },
      ...{ "filter-node-name": "filter", "auto-finalize": false },
    }),
    "stream",
    "top.qcow2",
  ),
  properties: ["guest-reads-last-write", "shorter-chain-shows-the-same", "nodes-outlive-requests"],
  mutants: [
    finalizeDoesNotDrain,
    {
      name: "stream-does-not-serialise",
      statement: "the job copies over what a guest has written since it was read",
      mutation: streamDoesNotSerialise,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "stream-copies-before-its-turn",
      statement: "the job takes its turn when it has copied, too late",
      mutation: streamCopiesBeforeItsTurn,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "missing-is-zeros",
      statement: "what the files below have is copied as zeros",
      mutation: missingIsZeros,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "only-next-is-looked-at",
      statement: "what the next file has not is taken for in the base, also if one below has it",
      mutation: onlyNextIsLookedAt,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "stream-keeps-its-turn",
      statement: "clusters that could not be copied are never free for the guest again",
      mutation: streamKeepsItsTurn,
      caughtBy: "no-deadlock",
    },
  ],
};
