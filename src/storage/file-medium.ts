/**
 * A regular file as a medium: which batch goes by which system call.
 *
 * Discard and write-zeroes punch holes, so that they are cheap and block-status tells of them. The
 * call is synchronous, in slices: freeing 64 KiB takes about 10 us, which is less than a round trip
 * through a thread (43 us measured), and 1 MiB, a slice, 0.1 to 0.2 ms, after which other
 * callbacks get their turn. A file system that cannot punch is asked once and then written zeros.
 */
import fs from "node:fs";
import { getSystemErrorName } from "node:util";
import type { Batch } from "./batch.ts";
import { toErrno } from "./errno.ts";
import { FileBlockStatus } from "./file-block-status.ts";
import { FileTransfer } from "./file-transfer.ts";
import type { Libc } from "./libc.ts";
import type { Medium } from "./medium.ts";
import type { PromptCalls } from "./prompt-calls.ts";
import type { StorageOutcome } from "./storage.ts";

/** bytes */
const SLICE = 1024 * 1024;
/** what file systems say that have no holes; the list of QEMU's `translate_err` */
const CANNOT_PUNCH: ReadonlySet<string> = new Set([
  "ENODEV",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOTTY",
]);

export class FileMedium implements Medium {
  readonly #fd: number;
  readonly #readOnly: boolean;
  readonly #libc: Libc | null;
  readonly #idle: FileTransfer[] = [];
  readonly #status: FileBlockStatus;
  readonly #prompt: PromptCalls | null;
  #canPunch: boolean;

  /**
   * @param fd of a regular file, open for as long as batches are started
   * @param readOnly changes end with `EPERM`
   * @param libc null: holes are neither punched nor found
   * @param prompt whether reads and writes are made at once; default: never
   */
  constructor(fd: number, readOnly: boolean, libc: Libc | null, prompt: PromptCalls | null = null) {
    this.#fd = fd;
    this.#readOnly = readOnly;
    this.#prompt = prompt;
    this.#libc = libc;
    this.#status = new FileBlockStatus(libc, fd);
    this.#canPunch = libc !== null;
  }

  start(batch: Batch): void {
    const { operation } = batch;
    const zeroes = operation === "discard" || operation === "write-zeroes";
    if (this.#readOnly && operation !== "read") {
      batch.settle(operation === "flush" ? null : "EPERM");
    } else if (zeroes && this.#canPunch) {
      this.#punch(batch, 0);
    } else {
      this.#transfer(batch, 0);
    }
  }

  blockStatus(offset: number, length: number): StorageOutcome {
    return this.#status.at(offset, length);
  }

  #transfer(batch: Batch, done: number): void {
    const { operation } = batch;
    const moves = operation === "read" || operation === "write";
    if (moves && done === 0 && this.#prompt?.expected === true) {
      this.#moveAtOnce(batch, this.#prompt);
      return;
    }
    this.#startTransfer(batch, done);
  }

  #startTransfer(batch: Batch, done: number): void {
    const transfer = this.#idle.pop() ?? new FileTransfer(this.#fd, this.#idle);
    transfer.start(batch, done);
  }

  /** What it does not move whole is left to a transfer, which begins anew. */
  #moveAtOnce(batch: Batch, prompt: PromptCalls): void {
    const { operation, buffers, offset, length } = batch;
    const move = operation === "read" ? fs.readvSync : fs.writevSync;
    let moved = -1;
    try {
      moved = prompt.call(length, () => move(this.#fd, buffers, offset));
    } catch {
      // It says again what is wrong when it is asked again.
    }
    if (moved === length) batch.settle(null);
    else this.#startTransfer(batch, 0);
  }

  /** Punches the next slice; `done` bytes of the batch are punched already. */
  #punch(batch: Batch, done: number): void {
    const slice = Math.min(SLICE, batch.length - done);
    this.#status.punched(batch.offset + done, slice);
    const result = this.#libc?.punchHole(this.#fd, batch.offset + done, slice) ?? 0;
    if (result < 0) this.#punchFailed(batch, done, getSystemErrorName(result));
    else if (done + slice === batch.length) batch.settle(null);
    else setImmediate(() => this.#punch(batch, done + slice));
  }

  #punchFailed(batch: Batch, done: number, code: string): void {
    if (code === "EINTR") {
      setImmediate(() => this.#punch(batch, done));
    } else if (CANNOT_PUNCH.has(code)) {
      this.#canPunch = false;
      this.#transfer(batch, done);
    } else {
      batch.settle(toErrno(code));
    }
  }
}
