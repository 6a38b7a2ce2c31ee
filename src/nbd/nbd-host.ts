/**
 * An export of an NBD server as the file that a format has its image in.
 *
 * It has the length that it has: a format that needs more meets `ENOSPC`, as on a block device.
 */
import type { HostFile, HostStep } from "../storage/qcow2/host-file.ts";
import type { StorageOperation } from "../vocabulary.ts";
import type { BlockingNbd } from "./blocking-nbd.ts";

export class NbdHost implements HostFile {
  readonly #image: BlockingNbd;

  /** @param image stays open when this is closed */
  constructor(image: BlockingNbd) {
    this.#image = image;
  }

  get size(): number {
    return this.#image.length;
  }

  get limit(): number {
    return this.#image.length;
  }

  readNow(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const there = this.#within(offset, length);
    if (there > 0) this.#image.askNow("read", offset, there).copy(bytes);
    return bytes;
  }

  stepNow(step: HostStep): void {
    if (step.kind === "sync") {
      if (!this.#image.readOnly) this.#image.askNow("flush", 0, 0);
      return;
    }
    const { offset, bytes } = step;
    this.#requireRoom(offset + bytes.length);
    if (bytes.length > 0) this.#image.askNow("write", offset, bytes.length, bytes);
  }

  async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    await this.#each(offset, buffers, async (at, buffer) => {
      const there = this.#within(at, buffer.length);
      if (there > 0) await this.#ask("read", at, buffer.subarray(0, there));
      buffer.fill(0, there);
    });
  }

  async write(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    this.#requireRoom(buffers.reduce((end, { length }) => end + length, offset));
    await this.#each(offset, buffers, (at, buffer) => this.#ask("write", at, buffer));
  }

  sync(): Promise<void> {
    return this.#ask("flush", 0, null);
  }

  punchNow(offset: number, length: number): void {
    const there = this.#within(offset, length);
    if (there === 0) return;
    const done = () => {};
    this.#image.submit({ operation: "discard", offset, length: there, buffer: null, done });
  }

  close(): void {}

  async #each(
    offset: number,
    buffers: readonly Uint8Array[],
    action: (at: number, buffer: Uint8Array) => Promise<void>,
  ): Promise<void> {
    let at = offset;
    const all: Promise<void>[] = [];
    for (const buffer of buffers) {
      all.push(action(at, buffer));
      at += buffer.length;
    }
    await Promise.all(all);
  }

  #ask(operation: StorageOperation, offset: number, buffer: Uint8Array | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#image.submit({
        ...{ operation, offset, length: buffer?.length ?? 0, buffer },
        done({ errno }) {
          if (errno === null) resolve();
          else reject(Object.assign(new Error(`NBD: ${errno}`), { code: errno }));
        },
      });
    });
  }

  /** How many of these bytes are there. */
  #within(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.size - offset));
  }

  #requireRoom(end: number): void {
    if (end <= this.size) return;
    throw Object.assign(new Error("the export ends here"), { code: "ENOSPC" });
  }
}
