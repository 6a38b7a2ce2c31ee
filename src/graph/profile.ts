/**
 * Profiles: behaviour that changed over time, or that we propose to change, is chosen by name.
 *
 * A driver never asks for a version. It asks for a rule, and the profile says which variant is in
 * force. Every difference between profiles stands in this one table, with its source.
 */
export const PROFILES = ["qemu-7.2", "qemu-10.0", "proposed"] as const;
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
   * What happens when nobody is above the filter of a commit any more, because an overlay got
   * another backing file: it is closed, although the links below are frozen, and QEMU aborts
   * (block.c, `bdrv_replace_child_noperm`: `!child->frozen`; seen in 7.2 and 10.0).
   */
  readonly closedCommitFilter: "abort" | "refused";
  /**
   * Whether filters ask their child for its length whenever somebody asks them, or keep what they
   * learned when they were opened. 7.2 asks (`has_variable_length`, gone by 10.0), but not before
   * it makes the bitmaps of a hook; where a hook is put above a node that has got a child of
   * another length, it aborts (util/hbitmap.c, `hbitmap_merge`; defect M6).
   */
  readonly lengths: "asked-again" | "kept";
  /**
   * What `block_resize` says of a node that is blocked: 7.2 speaks of a device, which it has no
   * name of (blockdev.c, `qmp_block_resize`), 10.0 of the node, and why.
   */
  readonly resizeBlocked: "device" | "node";
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
}

const TABLE: Readonly<Record<ProfileName, Profile>> = {
  "qemu-7.2": {
    name: "qemu-7.2",
    brokenView: "faithful",
    viewDiscard: "faithful",
    mixedRead: "faithful",
    diamondDetach: "abort",
    hookOnLeavingFilter: "abort",
    frozenLeavingFilter: "abort",
    closedCommitFilter: "abort",
    lengths: "asked-again",
    resizeBlocked: "device",
    hookReads: "for-writers",
    refreshOrder: "last-first",
  },
  "qemu-10.0": {
    name: "qemu-10.0",
    brokenView: "faithful",
    viewDiscard: "faithful",
    mixedRead: "repaired",
    diamondDetach: "allowed",
    hookOnLeavingFilter: "allowed",
    frozenLeavingFilter: "abort",
    closedCommitFilter: "abort",
    lengths: "kept",
    resizeBlocked: "node",
    hookReads: "for-parents",
    refreshOrder: "first-first",
  },
  proposed: {
    name: "proposed",
    brokenView: "repaired",
    viewDiscard: "repaired",
    mixedRead: "repaired",
    diamondDetach: "allowed",
    hookOnLeavingFilter: "allowed",
    frozenLeavingFilter: "refused",
    closedCommitFilter: "refused",
    lengths: "kept",
    resizeBlocked: "node",
    hookReads: "for-parents",
    refreshOrder: "first-first",
  },
};

/** The profile of that name. */
export function profile(name: ProfileName): Profile {
  return TABLE[name];
}
