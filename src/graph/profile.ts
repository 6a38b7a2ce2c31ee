/**
 * Profiles: behaviour that changed over time, or that we propose to change, is chosen by name.
 *
 * A driver never asks for a version. It asks for a rule, and the profile says which variant is in
 * force. Every difference between profiles stands in this one table, with its source.
 */
export const PROFILES = ["rfc-2018", "qemu-7.2", "qemu-10.0", "proposed"] as const;
export type ProfileName = (typeof PROFILES)[number];

export interface Profile {
  readonly name: ProfileName;
  /**
   * Rule C3.2: whether a guest write that meets a broken view lets view reads in flight end first.
   * QEMU since 7.1 does not (block/copy-before-write.c, `cbw_do_copy_before_write`; defect R01).
   */
  readonly brokenView: "faithful" | "repaired";
  /**
   * Rule C11: whether a discard through the view lets reads of the target in flight end before the
   * target forgets the area. QEMU does not (block/copy-before-write.c, `cbw_co_pdiscard_snapshot`):
   * one reader's discard can turn what another reader is reading into zeros, with success.
   */
  readonly viewDiscard: "faithful" | "repaired";
  /**
   * Rule C6: which of a guest's discards a hook hands on. QEMU's are handed on only if it was told
   * to, by `discard=unmap`, and that of a job never is: discards end there, with success, as long
   * as the job runs (block/io.c, `bdrv_co_pdiscard`; defect R06).
   */
  readonly hookDiscards: "if-told" | "as-below";
  /**
   * Rule C8: where a view read takes a copied run from that is followed by a run not copied. QEMU
   * 7.2 reads both from the source, hence new data with success (H03: util/hbitmap.c,
   * `hbitmap_status` gave the wrong answer for mixed ranges; mended in 8.0 by a4d5224c2c, Debian's
   * 7.2 has it still).
   */
  readonly mixedRead: "faithful" | "repaired";
  /**
   * What `blockdev-reopen` does when it detaches an edge above a diamond (defect M1). 7.2 aborts;
   * the recursive drain that it stumbles over is gone since 8.0 (commit 299403ae).
   */
  readonly diamondDetach: "abort" | "allowed";
  /**
   * What happens when a backup is cancelled whose filter another hook has as its `file`. The hook
   * keeps a bitmap on the filter, and 7.2 insists that a node has none when it is closed: it aborts
   * (block.c, `bdrv_close`; found by random commands).
   */
  readonly hookOnLeavingFilter: "abort" | "allowed";
  /**
   * What happens when a backup is cancelled although a link to its filter is frozen, by a
   * copy-on-read filter with a `bottom` below. QEMU takes it for granted that a filter can be
   * dropped, and aborts (`bdrv_cbw_drop`; found by random commands).
   */
  readonly frozenLeavingFilter: "abort" | "refused";
  /**
   * When a hook decides whether its writes to the target serialise: once, when it is opened, so
   * that a backing link that is made afterwards gives torn reads (defect M3; block/block-copy.c,
   * `block_copy_state_new`), or whenever the graph changes.
   */
  readonly fleecingTarget: "as-opened" | "as-connected";
  /**
   * What happens when nobody is above the filter of a commit any more, because an overlay got
   * another backing file: it is closed, although the links below are frozen, and QEMU aborts
   * (block.c, `bdrv_replace_child_noperm`: `!child->frozen`; seen in 7.2 and 10.0).
   */
  readonly closedCommitFilter: "abort" | "refused";
  /**
   * What happens when a node is put above one that asks its child for its limits, as `compress`
   * does. 10.0 asks while it holds the lock of the graph that the answer waits for, and hangs, also
   * where it would refuse (block.c, `bdrv_append`; seen in 10.0 and not in 7.2, which has no such
   * lock; found by random commands).
   */
  readonly appendAboveAsker: "hang" | "allowed";
  /**
   * What is left of a `block-stream` that is refused because of the nodes that it works on. 7.2 and
   * 10.0 forget the user through which the job would have read: it stays, nobody can remove it, and
   * its node is in use for ever (block/stream.c, `stream_start`; found by random commands).
   */
  readonly refusedStream: "leaves-user" | "leaves-nothing";
  /**
   * Whether a file that a backup writes can be committed meanwhile, so that a slow target gets what
   * a fast overlay took ("or you backup to a fast overlay over a slow target, and run a live commit
   * on the side"). QEMU wants a node that nobody else works on (reference, section 7, row 30).
   */
  readonly targetCommit: "refused" | "allowed";
  /**
   * Whether backups and hooks can be told how large their clusters are at the least
   * (`min-cluster-size`, since 9.2).
   */
  readonly clusterSizes: "fixed" | "since-9.2";
  /** Whether backups can have their source forget what was copied (`discard-source`, since 9.1). */
  readonly sourceDiscards: "none" | "since-9.1";
  /**
   * What becomes of a hook whose clusters are to be larger than 2 GiB: a bitmap's bit has a size of
   * 32 bits, of which nothing is left then, and 10.0 aborts (block/dirty-bitmap.c,
   * `bdrv_create_dirty_bitmap`; seen in 10.0).
   */
  readonly largeClusters: "abort" | "refused";
  /** Whether hooks can flush what they have saved before it is overwritten (`flush-target`). */
  readonly flushedTarget: "none" | "if-told";
  /**
   * Whether filters ask their child for its length whenever somebody asks them, or keep what they
   * learned when they were opened, or reopened. 7.2 asks (`has_variable_length`, gone by 10.0),
   * but not before it makes the bitmaps of a hook; where a hook is put above a node that has got a
   * child of another length, it aborts (util/hbitmap.c, `hbitmap_merge`; defect M6).
   */
  readonly lengths: "asked-again" | "kept";
  /**
   * What `block_resize` says of a node that is blocked: 7.2 speaks of a device, which it has no
   * name of (blockdev.c, `qmp_block_resize`), 10.0 of the node, and why.
   */
  readonly resizeBlocked: "device" | "node";
  /**
   * What a `preallocate` filter does with its child after a resize that failed below: 10.0 takes
   * it for begun, requires `write` and `resize` and shares neither, for ever, whoever comes
   * (block/preallocate.c, `preallocate_child_perm`; seen in 10.0, not in 7.2; found by random
   * commands).
   */
  readonly failedResize: "keeps" | "lets-go";
  /**
   * What `blockdev-reopen` does with an empty list of options. 7.2 and 10.0 insist on something to
   * reopen, and abort (block.c, `bdrv_reopen_multiple`; found by bad input).
   */
  readonly emptyReopen: "abort" | "allowed";
  /**
   * What becomes of a node that `blockdev-reopen` is told of twice, by its name or as an inline
   * child of another: 10.0 begins to drain it twice and ends once, also where it refuses. Clients
   * that are connected wait for ever, and jobs above it stand still (block.c,
   * `bdrv_reopen_queue_child`; seen in 10.0 and not in 7.2; found by random commands).
   */
  readonly reopenedTwice: "stays-drained" | "goes-on";
  /**
   * What `blockdev-reopen` does with a node that it closes itself: one of its list, or inline below
   * one, that nobody uses once its parent has got another child. 7.2 and 10.0 look at it again when
   * it is freed, and crash (block.c, `bdrv_reopen_multiple`; found by random commands).
   */
  readonly closedReopen: "crash" | "allowed";
  /**
   * When the hook requires `consistent read` of its file: if its own parents write, or whenever it
   * has a parent, as since 9.1 (commit 137b4d4bd5; block/copy-before-write.c, `cbw_child_perm`).
   */
  readonly hookReads: "for-writers" | "for-parents";
  /**
   * Of several nodes below which permissions are refreshed at once, whether those that a command
   * names last or first come first, which decides the conflict that is named. Since 8.0 the list is
   * built backwards (block.c, `bdrv_list_refresh_perms`); found by random commands beside 10.0.2.
   */
  readonly refreshOrder: "last-first" | "first-first";
  /**
   * Drivers and commands that there are not: what came later, what went, and what only this project
   * proposes. Versions as in section 7 of the reference; what the thread does not need is not
   * listed, and `block-export-add` stands for the `nbd-server-add` of 2018.
   */
  readonly absent: ReadonlySet<string>;
  /**
   * Which parents of a node stay when it is replaced by one above it: those that are links of the
   * new node itself, or everything below the new node, as since 4.0 (2f30b7c377; block.c,
   * `should_update_child`). The older rule moves the backing link of a cache below the new node,
   * and so closes a loop (the thread's problem 3).
   */
  readonly replacedParents: "all-but-own-links" | "all-but-own-subtree";
  /**
   * Whether a view goes along when the hook that it shows is replaced for all its parents (defects
   * R02 and R03: it then shows something else).
   */
  readonly views: "move" | "stay";
  /**
   * Whether a transaction can rewire the graph, with one refresh of permissions at its end. Posted
   * for QEMU in 2022, and never merged (section 2.4 of the reference).
   */
  readonly graphTransactions: "none" | "one-refresh";
  /**
   * Whether a transaction whose jobs end together is looked at for other actions before anything
   * begins (and of its jobs the newest runs first), or as it goes on (and the oldest does).
   */
  readonly transactionJobs: "looked-at-first" | "in-order";
  /**
   * Whether nodes can be inactive because somebody says so: the option `active`, the command
   * `blockdev-set-active`, and exports with `allow-inactive`, all since 10.0 (section 1.6 of the
   * reference).
   */
  readonly inactiveNodes: "none" | "since-10.0";
  /**
   * What is left of an activation or inactivation that was refused. 10.0 keeps what was done by
   * then: a guest's disk without permissions on an active node, an inactive hook above an active
   * target, users with permissions on an inactive node (block.c, `bdrv_inactivate_recurse`,
   * `bdrv_activate`; seen in 10.0).
   */
  readonly failedHandOver: "stays" | "undone";
  /**
   * What happens when a node is to be inactivated from above that is so already: a child that a
   * quorum has twice, or one that was reopened. 10.0 aborts (block.c, `bdrv_inactivate_recurse`:
   * `top_level`; seen in 10.0).
   */
  readonly inactivatedTwice: "abort" | "allowed";
  /**
   * Which nodes of the monitor `blockdev-set-active` without a name comes to: all that nobody does
   * I/O on, or only those that were added after the last node that somebody does I/O on
   * (block/block-backend.c, `bdrv_next`; seen in 10.0).
   */
  readonly allNodes: "every" | "behind-last-root";
  /**
   * Whether `blockdev-reopen` takes the option `active`. 10.0 does, and with `false` inactivates
   * whatever nobody writes, also below active nodes; permissions are not refreshed for it, and the
   * node cannot be reopened again (block.c, `bdrv_reopen_queue_child`; seen in 10.0).
   */
  readonly reopenedActive: "taken-once" | "refused";
  /**
   * How a refused transaction undoes the actions before: as QEMU does, which does not remember who
   * moved (blockdev.c, `external_snapshot_abort`; seen in 7.2 and 10.0; found by random commands),
   * or by forgetting them.
   */
  readonly undoneActions: "rewired" | "forgotten";
  /**
   * How a conflict is told: from the side of the edge that changes (block.c of 2018,
   * `bdrv_check_update_perm`), or both sides at once, as since 6.1 (`bdrv_a_allow_b`).
   */
  readonly conflictText: "of-2018" | "since-6.1";
}

/** The drivers as posted in 2018, and the command that took the hook away again. */
const OF_THE_THREAD = ["fleecing-hook", "fleecing-cheat", "x-drop-fleecing"];
/** What QEMU does not have at all. */
const OF_THIS_PROJECT = [
  ...["blockdev-replace", "fleecing-backup", "x-query-fleecing-clusters"],
  ...["fleecing-cache", "memory", "cached-reads", "lazy-discards"],
];
/** Since 8.2, and since 10.0. */
const LATER_THAN_7_2 = ["block-job-change", "blockdev-set-active"];
const LATER_THAN_2018 = [
  ...["copy-before-write", "snapshot-access", "preallocate", "compress"],
  // Backups had notifiers instead of a filter.
  ...["blockdev-reopen", "qom-set", "blockdev-backup"],
];

const TABLE: Readonly<Record<ProfileName, Profile>> = {
  "rfc-2018": {
    name: "rfc-2018",
    brokenView: "faithful",
    viewDiscard: "faithful",
    hookDiscards: "if-told",
    mixedRead: "faithful",
    diamondDetach: "abort",
    hookOnLeavingFilter: "abort",
    frozenLeavingFilter: "abort",
    fleecingTarget: "as-opened",
    closedCommitFilter: "abort",
    appendAboveAsker: "allowed",
    refusedStream: "leaves-user",
    targetCommit: "refused",
    clusterSizes: "fixed",
    sourceDiscards: "none",
    largeClusters: "refused",
    flushedTarget: "none",
    lengths: "asked-again",
    resizeBlocked: "device",
    failedResize: "lets-go",
    emptyReopen: "abort",
    reopenedTwice: "goes-on",
    closedReopen: "crash",
    hookReads: "for-writers",
    refreshOrder: "last-first",
    absent: new Set([...LATER_THAN_2018, ...LATER_THAN_7_2, ...OF_THIS_PROJECT]),
    replacedParents: "all-but-own-links",
    views: "move",
    graphTransactions: "none",
    transactionJobs: "in-order",
    inactiveNodes: "none",
    failedHandOver: "undone",
    inactivatedTwice: "allowed",
    allNodes: "every",
    reopenedActive: "refused",
    undoneActions: "rewired",
    conflictText: "of-2018",
  },
  "qemu-7.2": {
    name: "qemu-7.2",
    brokenView: "faithful",
    viewDiscard: "faithful",
    hookDiscards: "if-told",
    mixedRead: "faithful",
    diamondDetach: "abort",
    hookOnLeavingFilter: "abort",
    frozenLeavingFilter: "abort",
    fleecingTarget: "as-opened",
    closedCommitFilter: "abort",
    appendAboveAsker: "allowed",
    refusedStream: "leaves-user",
    targetCommit: "refused",
    clusterSizes: "fixed",
    sourceDiscards: "none",
    largeClusters: "refused",
    flushedTarget: "none",
    lengths: "asked-again",
    resizeBlocked: "device",
    failedResize: "lets-go",
    emptyReopen: "abort",
    reopenedTwice: "goes-on",
    closedReopen: "crash",
    hookReads: "for-writers",
    refreshOrder: "last-first",
    absent: new Set([...OF_THE_THREAD, ...LATER_THAN_7_2, ...OF_THIS_PROJECT]),
    replacedParents: "all-but-own-subtree",
    views: "move",
    graphTransactions: "none",
    transactionJobs: "in-order",
    inactiveNodes: "none",
    failedHandOver: "undone",
    inactivatedTwice: "allowed",
    allNodes: "every",
    reopenedActive: "refused",
    undoneActions: "rewired",
    conflictText: "since-6.1",
  },
  "qemu-10.0": {
    name: "qemu-10.0",
    brokenView: "faithful",
    viewDiscard: "faithful",
    hookDiscards: "if-told",
    mixedRead: "repaired",
    diamondDetach: "allowed",
    hookOnLeavingFilter: "allowed",
    frozenLeavingFilter: "abort",
    fleecingTarget: "as-opened",
    closedCommitFilter: "abort",
    appendAboveAsker: "hang",
    refusedStream: "leaves-user",
    targetCommit: "refused",
    clusterSizes: "since-9.2",
    sourceDiscards: "since-9.1",
    largeClusters: "abort",
    flushedTarget: "none",
    lengths: "kept",
    resizeBlocked: "node",
    failedResize: "keeps",
    emptyReopen: "abort",
    reopenedTwice: "stays-drained",
    closedReopen: "crash",
    hookReads: "for-parents",
    refreshOrder: "first-first",
    absent: new Set([...OF_THE_THREAD, ...OF_THIS_PROJECT]),
    replacedParents: "all-but-own-subtree",
    views: "move",
    graphTransactions: "none",
    transactionJobs: "looked-at-first",
    inactiveNodes: "since-10.0",
    failedHandOver: "stays",
    inactivatedTwice: "abort",
    allNodes: "behind-last-root",
    reopenedActive: "taken-once",
    undoneActions: "rewired",
    conflictText: "since-6.1",
  },
  proposed: {
    name: "proposed",
    brokenView: "repaired",
    viewDiscard: "repaired",
    hookDiscards: "as-below",
    mixedRead: "repaired",
    diamondDetach: "allowed",
    hookOnLeavingFilter: "allowed",
    frozenLeavingFilter: "refused",
    fleecingTarget: "as-connected",
    closedCommitFilter: "refused",
    appendAboveAsker: "allowed",
    refusedStream: "leaves-nothing",
    targetCommit: "allowed",
    clusterSizes: "since-9.2",
    sourceDiscards: "since-9.1",
    largeClusters: "refused",
    flushedTarget: "if-told",
    lengths: "kept",
    resizeBlocked: "node",
    failedResize: "lets-go",
    emptyReopen: "allowed",
    reopenedTwice: "goes-on",
    closedReopen: "allowed",
    hookReads: "for-parents",
    refreshOrder: "first-first",
    absent: new Set(OF_THE_THREAD),
    replacedParents: "all-but-own-subtree",
    views: "stay",
    graphTransactions: "one-refresh",
    transactionJobs: "looked-at-first",
    inactiveNodes: "since-10.0",
    failedHandOver: "undone",
    inactivatedTwice: "allowed",
    allNodes: "every",
    reopenedActive: "refused",
    undoneActions: "forgotten",
    conflictText: "since-6.1",
  },
};

/** The profile of that name. */
export function profile(name: ProfileName): Profile {
  return TABLE[name];
}
