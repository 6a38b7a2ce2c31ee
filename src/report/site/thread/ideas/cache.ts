/**
 * The thread on what a real cache could do: classes of clusters, memory, discards, reading once.
 */
import type { Idea } from "../idea.ts";

export const CACHE_IDEAS: readonly Idea[] = [
  {
    anchor: "cluster-classes",
    title: "What is known of a cluster: changed, wanted, in memory, on disk",
    from: "proposal",
    told:
      "The scheme is to know of every cluster whether the guest has changed it, whether " +
      "anybody still wants it, and where its old data is. A bitmap that exists could say " +
      "what is wanted: increments.",
    later: [
      {
        version: "7.0",
        text:
          "The hook keeps what is to be copied, what was, and what may be read; the option " +
          "`bitmap` makes fleecing incremental.",
      },
      { version: null, text: "No class for memory or disk, and no command that tells of classes." },
    ],
    here:
      "Cluster charts are these classes. Hook and cache take a bitmap over at one instant; " +
      "opened first and put under the guest afterwards, as QEMU's commands have it, the " +
      "increment can lack a write and nobody is told. `x-query-fleecing-clusters` tells of " +
      "classes.",
    defects: ["increment"],
    models: ["incremental", "incremental-in-two-steps", "incremental-cache"],
  },
  {
    anchor: "copy-on-read",
    title: "Keep what is read, too, while memory has room",
    from: "proposal",
    told:
      "Reads could fill the cache as writes do, if memory has room, and never the disk " +
      "tier: a write that may be dropped.",
    later: [
      { version: "3.0", text: "The filter `copy-on-read`, which writes into its own chain." },
      {
        version: null,
        text: "Filling of a cache by reads, and a flag for writes that may be dropped.",
      },
    ],
    here:
      "An option of `fleecing-cache`. A guest's copy that needs the room drops such a " +
      "cluster, unless somebody is reading it there; zeros that were read take no room at " +
      "all.",
    models: ["cor-into-cache", "cor-zeroes"],
  },
  {
    anchor: "overlay-and-copy-on-read",
    title: "Or a fast overlay above the slow source, with copy-on-read",
    from: "answer",
    told:
      "No new cache is needed for that: put a fast overlay over the slow disk, a " +
      "copy-on-read node above it, and the backup filter on top.",
    later: [
      { version: "3.0", text: "Can be built, with existing drivers; nothing orders or evicts." },
    ],
    here:
      "Built so, and checked: what anybody reads goes to the overlay, which may be full " +
      "once, and the view, the guest and both layers keep what they must.",
    models: ["cor-overlay"],
  },
  {
    anchor: "guest-reads",
    title: "The guest reads from memory what it has not changed",
    from: "proposal",
    told:
      "If a cluster is in memory and unchanged, a read of the guest need not go to the " +
      "device.",
    later: [{ version: null, text: "Guest reads always go to the source." }],
    here:
      "The filter `cached-reads` above the hook. The cache must be told of changes by that " +
      "filter itself: after the hook has given its view up it tells nobody, and the guest " +
      "would be given its own old data.",
    models: ["guest-read-benefit", "guest-read-after-break"],
  },
  {
    anchor: "drop-unchanged",
    title: "What is in memory and unchanged can be dropped",
    from: "proposal",
    told: "Such a cluster is on the disk still, so memory can be had back at any time.",
    later: [{ version: null, text: "There is nothing of the kind to drop." }],
    here:
      "Part of `fleecing-cache`: a mutant that drops a cluster the guest has changed, or " +
      "one that is being read, is caught.",
    models: ["cor-into-cache"],
  },
  {
    anchor: "just-mark-changed",
    title: "A write to a cluster that is in memory only marks it as changed",
    from: "proposal",
    told: "What was read into memory need not be copied again when the guest overwrites it.",
    later: [
      {
        version: "6.2",
        text: "Only what was copied for an earlier write, or by the job, is not copied again.",
      },
    ],
    here:
      "The copy is spared in memory and not in the hook: what the cache has from a read is " +
      "marked as changed when the hook saves it, takes no more room, and stays.",
    models: ["cor-into-cache"],
  },
  {
    anchor: "lazy-discards",
    title: "Put the guest's discards off until the backup is over",
    from: "proposal",
    told:
      "A discard is a hint in many setups. While memory is full it could wait, instead of " +
      "costing a copy.",
    later: [
      {
        version: null,
        text:
          "No. A discard costs a whole copy; and while a job's filter is there it is " +
          "dropped silently (R06).",
      },
    ],
    here:
      "The filter `lazy-discards` acknowledges, remembers, and hands on when it is asked " +
      "to; a later write drops the discard of its cluster. R06 is modelled beside it, and " +
      "the rule that repairs it: the hook hands on what the disk below does.",
    defects: ["R06"],
    models: ["lazy-discard", "discard-lost", "discard-kept"],
  },
  {
    anchor: "cache-discard",
    title: "A reader says by a discard that it is through with a cluster",
    from: "proposal",
    told:
      "A client that reads cluster by cluster and discards each frees memory, and spares " +
      "the guest the copies. Later reads of the cluster are an error. The answer agrees: a " +
      "dedicated target would make that possible.",
    later: [
      {
        version: "7.0",
        text:
          "Discards of `snapshot-access`: later reads are refused with EACCES, which NBD " +
          "tells as EINVAL.",
      },
      { version: "9.1", text: "`discard-source`: a backup job discards what it has copied." },
      {
        version: "9.2",
        text: "`min-cluster-size`, so that source and target agree on what a cluster is.",
      },
    ],
    here:
      "A race that was not known: discarded while another reader is being served the same " +
      "cluster, that one is given zeros with success. QEMU 7.2 does it. Profile `proposed` " +
      "has the discard wait.",
    defects: ["view-discard", "discard-source"],
    models: ["view-discard", "view-discard-race", "last-cluster", "discard-source"],
  },
  {
    anchor: "read-once",
    title: "Read and discard in one",
    from: "proposal",
    told:
      "The two could be one command, or an option of the cache by which every read is the " +
      "last of its cluster.",
    later: [
      {
        version: "9.1",
        text: "No such flag; `discard-source` of a backup does it after the target has the data.",
      },
    ],
    here:
      "An option of `fleecing-cache`, with an acknowledgement: a reader's next flush " +
      "releases what it has read. If reading itself released, a reply that is lost would " +
      "cost a cluster for ever; that is a mutant.",
    models: ["read-once"],
  },
];
