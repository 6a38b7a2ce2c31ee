/**
 * The thread on copying: in which order, who says so, who copies, and where to.
 */
import type { Idea } from "../idea.ts";

export const BACKUP_IDEAS: readonly Idea[] = [
  {
    anchor: "memory-first",
    title: "Recommendation a: copy what is in memory first",
    from: "proposal",
    told: "That makes room in memory soonest, so that guests seldom wait.",
    later: [{ version: null, text: "Backups go by ascending offset." }],
    here:
      "The largest effect of all that was measured: forty clusters of memory, copied " +
      "first, end the stalls of a guest that the same memory in the disk's order makes " +
      "wait for seconds.",
    models: ["recommend-a"],
  },
  {
    anchor: "zeros-last",
    title: "Recommendation b: copy zeros last",
    from: "proposal",
    told: "Zeros take no room in a cache, so everything else is more urgent.",
    later: [{ version: null, text: "Zeros are cheap to copy, and are copied in their turn." }],
    here: "The cache remembers of zeros only that they are zeros, and recommends them last.",
    models: ["recommend-b", "fleecing-cache-zeroes"],
  },
  {
    anchor: "disk-tier",
    title: "Recommendations c and d: what is on the disk tier comes last, or next",
    from: "proposal",
    told:
      "Last where disk space does not matter, because the guest has paid for it already; " +
      "right after memory where it does.",
    later: [{ version: null, text: "There are no tiers." }],
    here:
      "An option of the cache, and both are checked. Measured, it hardly matters while " +
      "memory comes first.",
    models: ["recommend-c", "recommend-d", "fleecing-cache-tiers"],
  },
  {
    anchor: "block-status",
    title: "How to recommend: by block status",
    from: "proposal",
    told: "A client asks anyway what there is to copy; the answer could say what to copy first.",
    later: [
      {
        version: "7.0",
        text:
          "Status of a view tells of data and zeros. NBD has contexts for allocation and " +
          "for bitmaps that have a name, and none for this.",
      },
    ],
    here:
      "`blockgraph fleece` serves an NBD context, `blockgraph:fleecing`, that tells what " +
      "was saved, what was given back, and what comes first.",
    models: ["recommend-a", "copied-view"],
  },
  {
    anchor: "separate-interface",
    title: "How to recommend: by an interface of its own",
    from: "proposal",
    told: "A command could list the clusters of a cache and their order.",
    later: [{ version: null, text: "No." }],
    here:
      "`x-query-fleecing-clusters`, a proposal: clusters, where each is, and when it " +
      "should be copied.",
    models: ["recommend-c"],
  },
  {
    anchor: "shared-object",
    title: "How to recommend: a job inside looks at the shared object",
    from: "proposal",
    told:
      "A job in the same process needs no protocol. The answer expects that to be the " +
      "easiest, and wonders whether external tools would copy everything at all.",
    later: [{ version: null, text: "A job sees nodes and nothing of what is in them." }],
    here:
      "The job `fleecing-backup` asks the cache's charts what comes next. The order is " +
      "part of the model, so that a checker takes only what the cache recommends.",
    models: ["fleecing-backup", "recommend-d"],
  },
  {
    anchor: "internal-backup",
    title: "An internal job copies from a snapshot that does not change",
    from: "proposal",
    told:
      "The job gets simple: guest writes are the hook's business, and the job copies " +
      "clusters of something that stands still. The answer doubts it: the logic is only " +
      "elsewhere.",
    later: [
      {
        version: "7.0",
        text:
          "`blockdev-backup` takes a view as its source; it still puts a hook of its own " +
          "above that, for nothing.",
      },
    ],
    here:
      "Both are modelled: QEMU's job above a view, and `fleecing-backup`, which has no " +
      "filter. In the model the job is one chart that reads and writes.",
    models: ["fleecing-backup", "fleecing-backup-waits", "discard-source"],
  },
  {
    anchor: "mirror-instead",
    title: "Replace backup by mirror, and have one job that copies",
    from: "answer",
    told:
      "If backup needs a point in time only, and that is a node of its own, then a mirror " +
      "of that node is a backup; one job would be left, the blockdev-copy that had long " +
      "been wished for.",
    later: [
      {
        version: "4.2",
        text:
          "The copying core, block-copy, is a part of its own; since 6.0 it is " +
          "asynchronous. Backup and hook use it.",
      },
      { version: null, text: "Mirror does not use it, and there is no `blockdev-copy`." },
    ],
    here:
      "Mirror is modelled in both copy modes, and changed from one to the other. It copies " +
      "the disk as it is at the end, and a guest that writes to both waits for the target " +
      "with each write.",
    models: ["mirror-copy", "mirror-write-blocking", "mirror-changed"],
  },
  {
    anchor: "slow-target",
    title: "With both tiers, a guest does not wait for a slow target",
    from: "proposal",
    told:
      "When memory is full, old data goes to a local disk instead of the slow target; the " +
      "job takes it on from there.",
    later: [
      {
        version: "7.0",
        text:
          "A temporary image as the hook's target, and a backup of the view: no memory " +
          "tier. Proxmox ships it.",
      },
      {
        version: "7.1",
        text:
          "`cbw-timeout` and `on-cbw-error` bound how long a guest waits, and what happens " +
          "then.",
      },
    ],
    here:
      "Checked with caches that run full and targets that fail, and measured: no stalls, " +
      "and a tenth of what a cache on a disk alone writes.",
    models: ["push-slow-target", "fleecing-cache-tiers", "backup-to-cache"],
  },
  {
    anchor: "live-commit",
    title: "Or back up to a fast overlay over the target, with a live commit",
    from: "answer",
    told:
      "What exists would do: the backup's target is a fast overlay over the slow image, " +
      "and a commit on the side empties it into that.",
    later: [
      {
        version: null,
        text:
          "Refused, also in 10.0: the overlay is no root node because hook and job use it, " +
          "and it is busy.",
      },
    ],
    here:
      "Profile `proposed` allows it, and the model shows that the target alone ends up as " +
      "the point in time. Measured, it takes the target out of the guest's way, and writes " +
      "everything once more.",
    models: ["overlay-live-commit"],
  },
  {
    anchor: "combined",
    title: "Or make cache and target one",
    from: "proposal",
    told:
      "Left open in the proposal: where the target holds a cluster already, the cache need " +
      "not.",
    later: [{ version: null, text: "No." }],
    here:
      "The hook saves to the target itself, and readers of the point in time find it " +
      "there. For that to survive a power failure the copy must be stable before the " +
      "guest's write: option `flush-target`, at a quarter more time.",
    models: ["combined-target"],
  },
];
