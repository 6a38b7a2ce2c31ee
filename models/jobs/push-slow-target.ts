/**
 * Push backup to a target that is slow, without the guest waiting for it (the thread: "a cool
 * solution for slow-target: instead of make guest wait for long write to backup target ... we can
 * write to disk-cache which is local and fast").
 *
 *     guest            job        reader
 *       |               |            |
 *       v               v            |
 *      hook <--- view <--- copier    |
 *       |  \                   \     |
 *  file |   \ target            \    |
 *       v    v                   v   v
 *     disk  cache                target
 *
 * What the guest is about to overwrite goes to a fast cache. The job reads the view, and so does
 * not care about the guest's writes; it has a hook of its own all the same (QEMU inserts one
 * always), which has nothing to do. No request of the guest ever reaches the target. If the cache
 * is full the view breaks rather than the guest's write, and the job says that it cannot read it.
 */
import { type Model, qmp } from "../../src/system/model.ts";
import { asks } from "../fleecing-cache/parts.ts";
import { guestOnDisk, rawNode, startFleecing, stopFleecing } from "../graph.ts";
import { brokenViewIsIgnored, copiesAreNotSettled, guestDoesNotDrain } from "../mutations.ts";
import { jobHidesErrors } from "./mutations.ts";
import { CLUSTER, common, copies, images } from "./parts.ts";

const LENGTH = 2 * CLUSTER;

export const pushSlowTarget: Model = {
  ...common,
  name: "push-slow-target",
  title: "A backup job copies a view to a slow target, and the guest does not wait for it",
  idea:
    "The guest's old data goes to a fast cache, and a backup job copies the view of the point in " +
    "time to the target. The cache may be full once, which breaks the view, and the target " +
    "too. What the job says it has copied is the image as it was at the point in time.",
  images: [...images, { filename: "cache.raw", length: LENGTH, content: [] }],
  phases: [
    {
      kind: "commands",
      commands: [
        ...guestOnDisk,
        ...startFleecing([], { "on-cbw-error": "break-snapshot" }),
        rawNode("target"),
        qmp("blockdev-backup", {
          "job-id": "backup",
          device: "view",
          target: "target",
          sync: "full",
          "filter-node-name": "copier",
        }),
        qmp("block-export-add", {
          type: "nbd",
          id: "reader",
          name: "reader",
          "node-name": "target",
        }),
      ],
    },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write", "discard"]), copies(), asks("reader", ["read"])],
      faults: [
        { image: "cache.raw", operations: ["write"], errno: "ENOSPC", times: 1 },
        { image: "target.raw", operations: ["write"], errno: "ENOSPC", times: 1 },
      ],
    },
    {
      kind: "commands",
      commands: [
        qmp("block-export-del", { id: "reader" }),
        qmp("block-job-cancel", { device: "backup" }),
        ...stopFleecing([]),
        qmp("blockdev-del", { "node-name": "target" }),
      ],
    },
  ],
  properties: ["job-result-equals-point-in-time", "disk-keeps-guest-writes"],
  mutants: [
    {
      name: "guest-does-not-drain",
      statement: "the guest writes without waiting for the job, which still reads the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "job-result-equals-point-in-time",
    },
    {
      name: "copies-are-not-settled",
      statement: "copied clusters are never marked done, and the job goes on reading the disk",
      mutation: copiesAreNotSettled,
      caughtBy: "job-result-equals-point-in-time",
    },
    {
      name: "broken-view-is-ignored",
      statement: "the job is shown a view that broke when the cache had no room",
      mutation: brokenViewIsIgnored,
      caughtBy: "job-result-equals-point-in-time",
    },
    {
      name: "job-hides-errors",
      statement: "the job says that it has copied what it could not read or write",
      mutation: jobHidesErrors,
      caughtBy: "job-result-equals-point-in-time",
    },
  ],
};
