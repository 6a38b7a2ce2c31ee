/**
 * A commit of all layers, the one that the guest writes included: down to the disk, on which the
 * guest goes on (block-commit, completed with block-job-complete).
 *
 *     guest          commit                        guest
 *       |              |                             |
 *       +--> filter <--+                             v
 *              |                         then:      disk
 *              v
 *             top --> mid --> low --> disk
 *
 * It is a mirror into the file below: what the guest writes meanwhile goes to top, and is copied
 * again. The last of it is copied while the guest stands still (the job is not told to end before),
 * then the job is completed, and waits to be finalized, and then the guest is led to the disk.
 *
 * What must hold: the guest never finds anything but what it wrote last, and the disk alone has all
 * of it in the end. It holds.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { mirrorClaimsLate, mirrorForgetsWrites, mirrorMarksEarly } from "../jobs/mutations.ts";
import { close } from "../thread/parts.ts";
import { commitTakesOverlayForBase, onlyNextIsLookedAt } from "./mutations.ts";
import { common, copiesAll, guest, images, layers, readsAll } from "./parts.ts";

export const activeCommit: Model = {
  ...common,
  name: "active-commit",
  title: "A commit of all layers into the disk below them, and its guest writes meanwhile",
  idea:
    "A job copies down to the disk what three files above have, which may fail once, while the " +
    "guest writes to the topmost and reads. What it writes is copied again. Then it is led to " +
    "the disk, which alone has everything.",
  images,
  phases: [
    ...layers,
    {
      kind: "commands",
      commands: [
        qmp("block-commit", {
          ...{ "job-id": "job", device: "top", "base-node": "disk" },
          ...{ "filter-node-name": "filter", "auto-finalize": false },
        }),
      ],
    },
    {
      kind: "concurrent",
      actors: [guest, copiesAll("commit")],
      faults: [{ image: "disk.raw", operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "concurrent", actors: [copiesAll("commit at last")] },
    {
      kind: "commands",
      commands: [
        qmp("block-job-complete", { device: "job" }),
        qmp("block-job-finalize", { id: "job" }),
        ...["top", "mid", "low"].map(close),
      ],
    },
    { kind: "concurrent", actors: [readsAll] },
  ],
  properties: ["guest-reads-last-write", "mirror-keeps-guest-writes"],
  mutants: [
    {
      name: "commit-forgets-writes",
      statement: "what a guest writes where the job has been is not copied again",
      mutation: mirrorForgetsWrites,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-marks-early",
      statement: "what a guest writes is marked before it is in the topmost file",
      mutation: mirrorMarksEarly,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-claims-late",
      statement: "a cluster is clean when it was copied, and not when the copy begins",
      mutation: mirrorClaimsLate,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "commit-takes-overlay-for-base",
      statement: "what the files above have is taken for in the disk already",
      mutation: commitTakesOverlayForBase,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "only-next-is-looked-at",
      statement: "what the topmost file has not is taken for in the base, also if one below has it",
      mutation: onlyNextIsLookedAt,
      caughtBy: "mirror-keeps-guest-writes",
    },
  ],
};
