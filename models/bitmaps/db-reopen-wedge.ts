/**
 * A persistent bitmap, a snapshot, and the way back (users report that it wedges a machine).
 *
 *     guest                          guest
 *       |                              |
 *       v   backing                    v
 *      top ---------> disk     then:  disk  <--- job ---> copy
 *                    (changes)       (changes)
 *
 * A bitmap that the image keeps has a rule of its own. While its node is read-only it is stored,
 * and must not be changed; and while it is stored, nobody may write the node, or it would lie. A
 * snapshot makes the disk read-only. A commit takes the snapshot back: it writes to the disk,
 * which is writable again, and so its bitmap has to be in use again before the first byte is
 * written.
 *
 * Where that is forgotten the commit fails with EPERM, for as long as it is tried: the guest's
 * writes are in the overlay, and cannot get out of it. Where the bitmap is dropped instead of
 * stored (H55), the commit succeeds, and what it writes is recorded nowhere: the next increment
 * lacks it. It holds as QEMU has it since 4.2: the increment after all that is the disk.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import { CLUSTER, LENGTH } from "../jobs/parts.ts";
import { close, guestOn, overlay } from "../thread/parts.ts";
import { bitmapForgetsWrites, bitmapStaysStored } from "./mutations.ts";
import { CHANGES, copiesAll, lastIncrement, writes } from "./parts.ts";

const content = [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }] as const;

export const dbReopenWedge: Model = {
  name: "db-reopen-wedge",
  title: "A disk with a persistent bitmap gets a snapshot, which is committed back",
  idea:
    "A snapshot makes a disk with a persistent bitmap read-only. When it is committed back, the " +
    "bitmap is in use again before the commit writes: the guest can be led back to its disk, and " +
    "the next increment has everything.",
  profile: "qemu-7.2",
  bounds: { requests: 1, alignment: CLUSTER, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  images: [
    ...["base.raw", "target.raw"].map((filename) => ({
      ...{ filename, length: LENGTH, content },
    })),
    ...["disk.qcow2", "top.qcow2"].map((filename) => ({ filename, length: LENGTH, content: [] })),
  ],
  phases: [
    {
      kind: "commands",
      commands: [
        rawNode("base"),
        qmp("blockdev-add", overlay("disk", "base")),
        guestOn("disk"),
        qmp("block-dirty-bitmap-add", { ...CHANGES, persistent: true }),
        qmp("blockdev-add", overlay("top", null)),
        qmp("blockdev-snapshot", { node: "disk", overlay: "top" }),
      ],
    },
    { kind: "concurrent", actors: [writes] },
    {
      kind: "commands",
      commands: [
        qmp("block-commit", {
          ...{ "job-id": "commit", device: "top", "base-node": "disk" },
          "auto-finalize": false,
        }),
      ],
    },
    { kind: "concurrent", actors: [copiesAll("commit")] },
    ...lastIncrement("increment", [
      qmp("block-job-complete", { device: "commit" }),
      qmp("block-job-finalize", { id: "commit" }),
      close("top"),
      rawNode("target"),
    ]),
  ],
  properties: [
    "mirror-keeps-guest-writes",
    "job-result-equals-point-in-time",
    "increment-covers-changes",
  ],
  reachable: ["job-result-is-read"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "bitmap-stays-stored",
      statement: "the disk is writable again, and its bitmap is not: every write fails with EPERM",
      mutation: bitmapStaysStored,
      caughtBy: "mirror-keeps-guest-writes",
    },
    {
      name: "bitmap-is-dropped",
      statement: "what the commit writes to the disk is recorded nowhere (H55)",
      mutation: bitmapForgetsWrites,
      caughtBy: "increment-covers-changes",
    },
  ],
};
