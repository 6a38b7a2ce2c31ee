/**
 * Push backup out of a fleecing view, which forgets what was copied (`discard-source`, QEMU since
 * 9.1; rules B7 and K8).
 *
 *     guest            job       reader    other
 *       |               |          |         |
 *       v               v          |         |
 *      hook <--- view <--- copier  |         |
 *       |  \       ^          \    |         |
 *  file |   \      +-----------\---|---------+
 *       v    v                  v  v
 *     disk  cache              target
 *
 * Without it the cache grows up to the size of the disk, and a guest pays for every cluster that it
 * overwrites until the job ends, although the job has long copied most of them. So the job discards
 * a cluster of the view as soon as its target has it: nobody can read it there any more, the guest
 * overwrites it without a copy, and the cache gives its room back.
 *
 * Not sooner. A job that finds its target full has to read the cluster again when there is room:
 * one that discards what it has read, or what it could not write, has lost it, in seven and in
 * eight steps. If the discard itself fails, that costs room, and nothing else.
 *
 * And not the disk itself. A job whose source is what the guest uses discards that, and the guest
 * reads zeros; QEMU 10.0 has no objection. The second model shows it.
 *
 * Limits: a cluster is as large for the job's hook as for the guest's. In QEMU the target decides,
 * and smaller ones make all discards do nothing (`min-cluster-size`, since 9.2).
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode, startFleecing, stopFleecing } from "../graph.ts";
import { discardDoesNotWait, discardHitsSource, discardLeavesAccess } from "../mutations.ts";
import { sourceForgetsEarly, sourceForgetsFailures, sourceForgetsNothing } from "./mutations.ts";
import { common, copies, images, LENGTH, startBackup } from "./parts.ts";

const exported = (id: string, node: string) =>
  qmp("block-export-add", { type: "nbd", id, name: id, "node-name": node });

export const discardSource: Model = {
  ...common,
  name: "discard-source",
  title: "A backup job has a view forget what was copied, so that guests need not save it",
  idea:
    "A backup job copies the view of a point in time to a target, which may be full once, and " +
    "discards every cluster of the view that the target has. The guest then overwrites those " +
    "without a copy. What the job says it has copied is the image as it was, and what it has not " +
    "copied it can still read.",
  images: [...images, { filename: "cache.raw", length: LENGTH, content: [] }],
  phases: [
    {
      kind: "commands",
      commands: [
        ...guestOnDisk,
        ...startFleecing([]),
        rawNode("target"),
        qmp("blockdev-backup", {
          ...{ "job-id": "backup", device: "view", target: "target", sync: "full" },
          ...{ "filter-node-name": "copier", "discard-source": true },
        }),
        ...[exported("reader", "target"), exported("other", "view")],
      ],
    },
    {
      kind: "concurrent",
      actors: [
        ...[asks("guest", ["write"]), copies()],
        ...[asks("reader", ["read"]), asks("other", ["read"])],
      ],
      faults: [
        { image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 },
        { image: "cache.raw", operations: ["discard"], errno: "EIO", times: 1 },
      ],
    },
    {
      kind: "commands",
      commands: [
        qmp("block-export-del", { id: "other" }),
        qmp("block-export-del", { id: "reader" }),
        qmp("block-job-cancel", { device: "backup" }),
        ...stopFleecing([]),
        qmp("blockdev-del", { "node-name": "target" }),
      ],
    },
  ],
  properties: [
    ...["job-result-equals-point-in-time", "source-outlives-copy"],
    ...["view-equals-point-in-time", "disk-keeps-guest-writes"],
  ],
  reachable: ["job-result-is-read", "view-is-read", "view-is-denied"],
  mutants: [
    {
      name: "source-forgets-early",
      statement: "the view forgets a cluster that was read, and is not in the target yet",
      mutation: sourceForgetsEarly,
      caughtBy: "source-outlives-copy",
    },
    {
      name: "source-forgets-failures",
      statement: "the view forgets also what the target has refused",
      mutation: sourceForgetsFailures,
      caughtBy: "source-outlives-copy",
    },
    {
      name: "source-forgets-nothing",
      statement: "the view is never told that a cluster was copied",
      mutation: sourceForgetsNothing,
      caughtBy: "view-is-denied",
    },
    {
      name: "discard-hits-source",
      statement: "what was copied is discarded from the guest's disk instead of the cache",
      mutation: discardHitsSource,
      caughtBy: "disk-keeps-guest-writes",
    },
    {
      name: "discard-does-not-wait",
      statement: "the cache forgets a cluster while somebody is reading it there (C11)",
      mutation: discardDoesNotWait,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "discard-leaves-access",
      statement: "what was copied stays readable in the view, where nobody saves it any more",
      mutation: discardLeavesAccess,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};

export const discardSourceOfDisk: Model = {
  ...common,
  name: "discard-source-of-disk",
  title: "A backup job discards the disk of a guest, because it was told to",
  idea:
    "The same option for a job whose source is the guest's own disk. QEMU takes it: the hook " +
    "writes the disk, what was copied is discarded under the guest, and that reads zeros.",
  profile: "qemu-10.0",
  images,
  phases: [
    { kind: "commands", commands: startBackup({ "discard-source": true }) },
    { kind: "concurrent", actors: [asks("guest", ["read", "write"]), copies()] },
  ],
  properties: ["guest-reads-last-write"],
  reachable: [],
  expected: { verdict: "violated" },
  mutants: [],
};
