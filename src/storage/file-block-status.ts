/**
 * Which part of a file is a hole: QEMU's `find_allocation` and `raw_co_block_status`
 * (block/file-posix.c), answer for answer.
 *
 * `SEEK_DATA` beyond the offset: a hole up to there. At the offset: data, up to where `SEEK_HOLE`
 * says. `ENXIO`: no data follows at all. Any other error, as from a file system that cannot tell,
 * means that nothing is known, and then everything may be data.
 *
 * `SEEK_HOLE` walks all data up to the next hole; on tmpfs, and on ext4 before data is written
 * back, a page at a time (about 1 ms for 128 MiB). Asked cluster by cluster that is quadratic.
 * Hence two things: one region that is known to be data is remembered, as QEMU does since 6.1
 * (block.c, `bdrv_bsc_*`), where punching forgets it and writing cannot make it wrong; and a query
 * of no more than 64 KiB that begins with data is answered `data` as a whole, which is always
 * sound.
 */
import { constants } from "node:os";
import type { Libc } from "./libc.ts";
import { extent } from "./outcome.ts";
import type { StorageOutcome } from "./storage.ts";

/** bytes; shorter queries are not worth the search for the end of the data */
const COARSE = 64 * 1024;

export class FileBlockStatus {
  readonly #libc: Libc | null;
  readonly #fd: number;
  /** the region that is known to be data, in bytes: [start, end) */
  #start = 0;
  #end = 0;

  /** @param libc null: answers `data` for everything */
  constructor(libc: Libc | null, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  /**
   * Block status of the file at `offset`. Never fails.
   *
   * @param offset in bytes
   * @param length in bytes, at least 1
   */
  at(offset: number, length: number): StorageOutcome {
    if (this.#libc === null) return extent("data", length);
    if (offset >= this.#start && offset < this.#end) {
      return extent("data", Math.min(length, this.#end - offset));
    }
    const data = this.#libc.seekData(this.#fd, offset);
    if (data === -constants.errno.ENXIO) return extent("zero", length);
    if (data > offset) return extent("zero", Math.min(length, data - offset));
    if (data < offset || length <= COARSE) return extent("data", length);
    const hole = this.#libc.seekHole(this.#fd, offset);
    if (hole <= offset) return extent("data", length);
    this.#start = offset;
    this.#end = hole;
    return extent("data", Math.min(length, hole - offset));
  }

  /** The range may have become a hole. */
  punched(offset: number, length: number): void {
    if (offset < this.#end && offset + length > this.#start) this.#start = this.#end = 0;
  }
}
