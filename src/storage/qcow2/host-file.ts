/**
 * The file that holds a qcow2 image, as the format's code sees it: bytes that are read and written
 * in any order, and a line that `sync` draws between what was written before and after it.
 *
 * The metadata is read synchronously: a table of mappings is needed before anything else can be
 * said about a request, and block-status has to answer at once. Guest data goes by callbacks.
 */
import fs from "node:fs";
import { constants } from "node:os";
import { allocatedBytes } from "../allocated-bytes.ts";
import { loadLibc } from "../libc.ts";

/** A part of the file and what shall stand there. */
export interface HostWrite {
  readonly kind: "write";
  /** byte offset in the file */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What a sequence of metadata changes consists of. */
export type HostStep = HostWrite | { readonly kind: "sync" };

export const SYNC: HostStep = { kind: "sync" };

export interface HostFile {
  /** bytes that the file has; it grows with what is written beyond */
  readonly size: number;
  /** bytes that it cannot grow beyond; absent: nobody knows of any */
  readonly limit?: number;
  /** Reads at once. What lies beyond the end of the file reads as zeros. */
  readNow(offset: number, length: number): Buffer;
  /** Does one step at once. */
  stepNow(step: HostStep): void;
  /** Fills the buffers in order. What lies beyond the end of the file reads as zeros. */
  read(offset: number, buffers: readonly Uint8Array[]): Promise<void>;
  write(offset: number, buffers: readonly Uint8Array[]): Promise<void>;
  /** Resolves when everything written before is on stable storage. */
  sync(): Promise<void>;
  /**
   * Whether a part was never written, and so reads as zeros. Absent: nobody knows; and false where
   * the file is not sparse, as it is not worth the question.
   */
  isHoleNow?(offset: number, length: number): boolean;
  /** Frees a part at once, so that it reads as zeros; where the system cannot, it stays. */
  punchNow(offset: number, length: number): void;
  close(): void;
}

/** buffers that one `readv` or `writev` takes on Linux (IOV_MAX) */
const MAX_BUFFERS = 1024;

/** the part of a file that is there at least if it is not called sparse (QEMU takes 0.9 as well) */
const DENSE = 0.9;

/** A host file that is a file. */
export class OpenedFile implements HostFile {
  readonly #fd: number;
  readonly #isSparse: boolean;
  #size: number;
  #closed = false;

  /** @param fd of a regular file; `close` closes it */
  constructor(fd: number) {
    const stats = fs.fstatSync(fd);
    this.#fd = fd;
    this.#isSparse = allocatedBytes(stats) < stats.size * DENSE;
    this.#size = stats.size;
  }

  get size(): number {
    return this.#size;
  }

  readNow(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const moved = fs.readSync(this.#fd, bytes, done, length - done, offset + done);
      if (moved === 0) break;
      done += moved;
    }
    return bytes;
  }

  stepNow(step: HostStep): void {
    if (step.kind === "sync") {
      fs.fdatasyncSync(this.#fd);
      return;
    }
    const { offset, bytes } = step;
    for (let done = 0; done < bytes.length; ) {
      done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
    }
    this.#grown(offset + bytes.length);
  }

  async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    let [position, left] = [offset, buffers];
    while (left.length > 0) {
      const moved = await this.#readOnce(position, left.slice(0, MAX_BUFFERS));
      if (moved === 0) {
        for (const buffer of left) buffer.fill(0);
        return;
      }
      position += moved;
      left = rest(left, moved);
    }
  }

  async write(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    let [position, left] = [offset, buffers];
    while (left.length > 0) {
      const moved = await this.#writeOnce(position, left.slice(0, MAX_BUFFERS));
      if (moved === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
      position += moved;
      left = rest(left, moved);
    }
    this.#grown(position);
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  isHoleNow(offset: number, length: number): boolean {
    const libc = this.#isSparse && !this.#closed ? loadLibc() : null;
    if (libc === null) return false;
    const data = libc.seekData(this.#fd, offset);
    return data === -constants.errno.ENXIO || data >= offset + length;
  }

  punchNow(offset: number, length: number): void {
    // Its number may be another file's by now.
    if (!this.#closed) loadLibc()?.punchHole(this.#fd, offset, length);
  }

  close(): void {
    this.#closed = true;
    fs.closeSync(this.#fd);
  }

  #grown(end: number): void {
    this.#size = Math.max(this.#size, end);
  }

  #readOnce(position: number, buffers: Uint8Array[]): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.readv(this.#fd, buffers, position, (error, moved) =>
        error === null ? resolve(moved) : reject(error),
      );
    });
  }

  #writeOnce(position: number, buffers: Uint8Array[]): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#fd, buffers, position, (error, moved) =>
        error === null ? resolve(moved) : reject(error),
      );
    });
  }
}

/** What is left of the buffers after their first `done` bytes; empty ones are left out. */
function rest(buffers: readonly Uint8Array[], done: number): Uint8Array[] {
  let skip = done;
  const left: Uint8Array[] = [];
  for (const buffer of buffers) {
    const gone = Math.min(skip, buffer.length);
    skip -= gone;
    if (gone < buffer.length) left.push(buffer.subarray(gone));
  }
  return left;
}
