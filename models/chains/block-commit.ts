/**
 * A commit of files in the middle: their data goes down to the disk, while the guest goes on above
 * (block-commit).
 *
 *     guest                 job                          guest
 *       |                    |                             |
 *       v                    v                             v  backing
 *      top --> filter --> mid --> low --> disk            top ---------> disk
 *
 * The job reads mid, with low behind it, and writes the disk where one of the two has something. It
 * is the disk that changes, under a guest that reads it through all the others; but only where a
 * file above hides it. When all was copied (the disk may fail once; then that piece is asked for
 * again) the job is finalized: top has the disk behind it, and mid and low are closed.
 *
 * What must hold: the guest never finds anything but what it wrote last, and when two layers are
 * gone the others show what all showed. It holds. Who asked mid alone what is to be copied would
 * lose what low has: "only-next-is-looked-at".
 */
import { type Model, qmp } from "../../src/system/model.ts";
import {
  commitAsksTheOtherWay,
  commitForgetsErrors,
  commitReadsBase,
  onlyNextIsLookedAt,
} from "./mutations.ts";
import { common, finalizeDoesNotDrain, images, withoutMiddle } from "./parts.ts";

export const blockCommit: Model = {
  ...common,
  name: "block-commit",
  title: "A commit empties two layers into the disk below them, and its guest writes meanwhile",
  idea:
    "A job copies down to the disk what two files above it have, which may fail once, while the " +
    "guest writes and reads above them. Then the two are taken out of the chain, and the guest " +
    "finds everything where it was.",
  images,
  phases: withoutMiddle(
    qmp("block-commit", {
      ...{ "job-id": "job", device: "top", "top-node": "mid", "base-node": "disk" },
      ...{ "filter-node-name": "filter", "auto-finalize": false },
    }),
    "commit",
    "disk.raw",
  ),
  properties: ["guest-reads-last-write", "shorter-chain-shows-the-same", "nodes-outlive-requests"],
  mutants: [
    finalizeDoesNotDrain,
    {
      name: "commit-asks-the-other-way",
      statement: "what is in the base is copied to it, and nothing else",
      mutation: commitAsksTheOtherWay,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "only-next-is-looked-at",
      statement: "what the topmost file has not is taken for in the base, also if one below has it",
      mutation: onlyNextIsLookedAt,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "commit-reads-base",
      statement: "what is copied to the base is what was there",
      mutation: commitReadsBase,
      caughtBy: "shorter-chain-shows-the-same",
    },
    {
      name: "commit-forgets-errors",
      statement: "what the base refused is taken for copied, and not copied again",
      mutation: commitForgetsErrors,
      caughtBy: "shorter-chain-shows-the-same",
    },
  ],
};
