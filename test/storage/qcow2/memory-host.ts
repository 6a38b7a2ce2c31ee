/**
 * A host file in memory that remembers what was done to it, so that a test can cut the power.
 *
 * Memory is taken by blocks, so that a table may say that something is far away.
 */
import type { HostFile, HostStep } from "../../../src/storage/qcow2/host-file.ts";

const BLOCK = 4096;
const LIMIT = 2 ** 40;

export class MemoryHost implements HostFile {
  readonly #blocks = new Map<number, Buffer>();
  /** what was done since it was made, in order; null: it is not remembered */
  readonly steps: HostStep[] | null;
  size = 0;
  closed = false;

  constructor(content: Uint8Array = new Uint8Array(), remember = false) {
    this.#put(0, content);
    this.steps = remember ? [] : null;
  }

  readNow(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.#get(offset, bytes);
    return bytes;
  }

  stepNow(step: HostStep): void {
    if (step.kind === "write") {
      this.#put(step.offset, step.bytes);
      this.steps?.push({ ...step, bytes: Buffer.from(step.bytes) });
    } else {
      this.steps?.push(step);
    }
  }

  async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    let at = offset;
    for (const buffer of buffers) {
      this.#get(at, buffer);
      at += buffer.length;
    }
  }

  async write(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    this.stepNow({ kind: "write", offset, bytes: Buffer.concat(buffers) });
  }

  async sync(): Promise<void> {
    this.stepNow({ kind: "sync" });
  }

  /** A hole is remembered as zeros that were written: neither is stable before the next sync. */
  punchNow(offset: number, length: number): void {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    this.stepNow({ kind: "write", offset, bytes });
  }

  close(): void {
    this.closed = true;
  }

  /** All bytes. */
  content(): Buffer {
    return this.readNow(0, this.size);
  }

  #get(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const within = (offset + done) % BLOCK;
      const count = Math.min(BLOCK - within, into.length - done);
      const block = this.#blocks.get(Math.floor((offset + done) / BLOCK));
      const part = into.subarray(done, done + count);
      if (block === undefined) part.fill(0);
      else part.set(block.subarray(within, within + count));
      done += count;
    }
  }

  #put(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > LIMIT) {
      throw Object.assign(new Error("too far"), { code: "EFBIG" });
    }
    for (let done = 0; done < bytes.length; ) {
      const index = Math.floor((offset + done) / BLOCK);
      const within = (offset + done) % BLOCK;
      const count = Math.min(BLOCK - within, bytes.length - done);
      const block = this.#blocks.get(index) ?? Buffer.alloc(BLOCK);
      block.set(bytes.subarray(done, done + count), within);
      this.#blocks.set(index, block);
      done += count;
    }
    this.size = Math.max(this.size, offset + bytes.length);
  }
}
