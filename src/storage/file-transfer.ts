/**
 * One batch on its way to or from a file, by the callback functions of node:fs.
 *
 * A system call may move less than asked. A transfer of one buffer goes on where it stopped; one of
 * several buffers fails instead, as the queue then tries its requests one by one, which goes on
 * where it must. A read of nothing means that the file has become shorter than the image: `EIO`.
 *
 * Transfers are reused together with their callbacks, so that none is made for a request. They call
 * `fs.read` and not an imported `read`, which lets a test count calls and make them fail.
 */
import fs from "node:fs";
import type { Batch } from "./batch.ts";
import { toErrno } from "./errno.ts";

/** What is written where no hole can be punched. Never written to. */
const ZEROS = Buffer.alloc(1024 * 1024);
/** bytes; node:fs takes no more than 2 GiB - 1 in a call */
const MAX_CALL = 1024 * 1024 * 1024;

export class FileTransfer {
  readonly #fd: number;
  readonly #idle: FileTransfer[];
  #batch: Batch | null = null;
  /** bytes of the batch done so far */
  #moved = 0;
  readonly #onMoved = (error: NodeJS.ErrnoException | null, bytes: number) => {
    if (error !== null) this.#end(error);
    else this.#advance(bytes);
  };
  readonly #onFlushed = (error: NodeJS.ErrnoException | null) => this.#end(error);

  /**
   * @param fd of a file that stays open as long as the transfer runs
   * @param idle where the transfer puts itself when it has ended
   */
  constructor(fd: number, idle: FileTransfer[]) {
    this.#fd = fd;
    this.#idle = idle;
  }

  /**
   * Carries the batch out and settles it; write-zeroes and discard by writing zeros.
   *
   * @param done bytes of it that are done already
   */
  start(batch: Batch, done: number): void {
    this.#batch = batch;
    this.#moved = done;
    this.#step(batch);
  }

  #step(batch: Batch): void {
    const { operation, buffers } = batch;
    const buffer = buffers[0] ?? ZEROS;
    const moved = this.#moved;
    const position = batch.offset + moved;
    const left = Math.min(batch.length - moved, MAX_CALL);
    if (operation === "flush") {
      fs.fdatasync(this.#fd, this.#onFlushed);
    } else if (operation === "read") {
      if (buffers.length > 1) fs.readv(this.#fd, buffers, position, this.#onMoved);
      else fs.read(this.#fd, buffer, moved, left, position, this.#onMoved);
    } else if (operation === "write") {
      if (buffers.length > 1) fs.writev(this.#fd, buffers, position, this.#onMoved);
      else fs.write(this.#fd, buffer, moved, left, position, this.#onMoved);
    } else {
      fs.write(this.#fd, ZEROS, 0, Math.min(left, ZEROS.length), position, this.#onMoved);
    }
  }

  #advance(bytes: number): void {
    const batch = this.#batch;
    if (batch === null) return;
    this.#moved += bytes;
    if (this.#moved === batch.length) this.#end(null);
    else if (bytes === 0 || batch.buffers.length > 1) this.#end({ code: "EIO" });
    else this.#step(batch);
  }

  #end(error: { readonly code?: string | undefined } | null): void {
    const batch = this.#batch;
    this.#batch = null;
    this.#idle.push(this);
    batch?.settle(error === null ? null : toErrno(error.code));
  }
}
