/**
 * Which part of a file is a hole: QEMU's `find_allocation` and `raw_co_block_status`
 * (block/file-posix.c), answer for answer.
 *
 * `SEEK_DATA` beyond the offset: a hole up to there. At the offset: data, up to where `SEEK_HOLE`
 * says. `ENXIO`: no data follows at all. Any other error, as from a file system that cannot tell,
 * means that nothing is known, and then everything may be data.
 */
import { constants } from "node:os";
import type { Libc } from "./libc.ts";
import { extent } from "./outcome.ts";
import type { StorageOutcome } from "./storage.ts";

/**
 * Block status of the file at `offset`. Never fails.
 *
 * @param libc null: answers `data` for everything
 * @param offset in bytes
 * @param length in bytes, at least 1
 */
export function fileBlockStatus(
  libc: Libc | null,
  fd: number,
  offset: number,
  length: number,
): StorageOutcome {
  if (libc === null) return extent("data", length);
  const data = libc.seekData(fd, offset);
  if (data === -constants.errno.ENXIO) return extent("zero", length);
  if (data > offset) return extent("zero", Math.min(length, data - offset));
  if (data < offset) return extent("data", length);
  const hole = libc.seekHole(fd, offset);
  return extent("data", hole > offset ? Math.min(length, hole - offset) : length);
}
