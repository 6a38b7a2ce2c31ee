/**
 * The words every part of blockgraph shares: request operations, error numbers and block status.
 *
 * They are QEMU's and POSIX's own names, so that a log line, a chart event and a QMP reply
 * spell the same thing the same way. This file knows nobody and everybody may know it.
 */

/** Requests that a guest, a reader, an export or a parent node can make of a node. */
export const OPERATIONS = [
  "read",
  "write",
  "write-unchanged",
  "write-zeroes",
  "discard",
  "flush",
  "block-status",
  "snapshot-read",
  "snapshot-discard",
  "snapshot-block-status",
  "evict",
  "copy",
  "read-unchanged",
  "mark-changed",
  "apply-discards",
  "is-missing",
  "is-in-base",
  "write-compressed",
] as const;

/**
 * `write-unchanged` is a write that cannot change what anybody sees (BDRV_REQ_WRITE_UNCHANGED);
 * the three `snapshot-*` operations are the private interface between `snapshot-access` and the
 * filter below it (QEMU block/io.c, `bdrv_co_preadv_snapshot` and its two siblings). `evict` is
 * what a cache asks of itself: to take clusters out of its fast tier. `copy` is what a job asks of
 * the filter that it has put into the graph: to copy a part of the disk as such a job does.
 * `read-unchanged` and `mark-changed` are the private interface between `cached-reads` and its
 * cache: a read of what the cache has and no guest has changed, which else fails with ENOTSUP, and
 * notice of a change. `apply-discards` asks a filter that puts discards off to hand them on.
 * `is-missing` is what `copy-on-read` asks the node below: whether that lacks some of a part, and
 * shows there what is behind it; else it fails with ENOTSUP (QEMU block/io.c,
 * `bdrv_co_is_allocated`, the other way round, as a node that does not know has all). `is-in-base`
 * asks the same of all files of a chain down to the base of a job, which is left out: whether none
 * of them has it (`bdrv_is_allocated_above`, the other way round). `write-compressed` is a write of
 * whole clusters that hold nothing yet, which a format compresses (BDRV_REQ_WRITE_COMPRESSED).
 */
export type Operation = (typeof OPERATIONS)[number];

/**
 * When a reader who reads everything of a cache should come to a part of it, the soonest first;
 * `IN_ORDER`: when it comes to it anyway; `NEVER`: it said that it will not.
 */
export const RECOMMENDATIONS = ["FIRST", "EARLY", "IN_ORDER", "LATE", "LAST", "NEVER"] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];

/** Operations that an image (a file, memory) serves: the leaves of every graph. */
export const STORAGE_OPERATIONS = [
  "read",
  "write",
  "write-zeroes",
  "discard",
  "flush",
  "block-status",
] as const;
export type StorageOperation = (typeof STORAGE_OPERATIONS)[number];

/** Operations that change a node's content, or may. */
export const CHANGING_OPERATIONS: ReadonlySet<Operation> = new Set([
  "write",
  "write-unchanged",
  "write-zeroes",
  "discard",
  "write-compressed",
]);

/** The POSIX errors that a request can end with. Anything else the system says becomes `EIO`. */
export const ERRNOS = [
  "EIO",
  "ENOSPC",
  "ETIMEDOUT",
  "EACCES",
  "ENOTSUP",
  "EINVAL",
  "EPERM",
] as const;
export type Errno = (typeof ERRNOS)[number];

/**
 * What a block-status request says about a range (BDRV_BLOCK_DATA, BDRV_BLOCK_ZERO):
 * `data` may hold anything, `zero` reads as zeros without touching the medium.
 */
export const BLOCK_STATUSES = ["data", "zero"] as const;
export type BlockStatus = (typeof BLOCK_STATUSES)[number];

/** The versions of QEMU whose rules there are, as they are asked for. */
export const QEMU_VERSIONS = ["7.2", "10.0"] as const;
export type QemuVersion = (typeof QEMU_VERSIONS)[number];
