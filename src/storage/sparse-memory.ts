/**
 * An image in memory of any length, of which only what was written takes memory: the fast tier of
 * a cache beside a disk that is larger than memory.
 *
 * Bytes are kept in pages of 64 KiB, the cluster of QEMU's hooks. A page that was never written, or
 * was discarded whole, is not there, and shows zeros.
 */
import type { Batch } from "./batch.ts";
import type { Medium } from "./medium.ts";
import { extent } from "./outcome.ts";
import { QueuedStorage } from "./queued-storage.ts";
import type { Storage, StorageOutcome } from "./storage.ts";

/** bytes */
const PAGE = 65_536;
/** bytes that one answer about block status looks at */
const STATUS_MAX = 4096 * PAGE;

/** @param length bytes. @returns the image, and what gives all of its bytes */
export function openSparseMemory(
  name: string,
  length: number,
): { readonly storage: Storage; copy(): Uint8Array } {
  const memory = new SparseMemory();
  const storage = new QueuedStorage(name, length, memory, () => {});
  return { storage, copy: () => memory.copy(length) };
}

class SparseMemory implements Medium {
  readonly #pages = new Map<number, Buffer>();

  start(batch: Batch): void {
    const { operation, offset, length } = batch;
    if (operation === "write" || operation === "read") {
      let at = offset;
      for (const buffer of batch.buffers) {
        if (operation === "write") this.#write(at, buffer);
        else this.#read(at, buffer);
        at += buffer.length;
      }
    } else if (operation !== "flush") this.#zero(offset, length);
    batch.settle(null);
  }

  blockStatus(offset: number, length: number): StorageOutcome {
    const end = Math.min(offset + length, offset + STATUS_MAX);
    const isThere = this.#pages.has(Math.floor(offset / PAGE));
    let stop = nextPage(offset);
    while (stop < end && this.#pages.has(stop / PAGE) === isThere) stop += PAGE;
    return extent(isThere ? "data" : "zero", Math.min(stop, end) - offset);
  }

  copy(length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    this.#read(0, bytes);
    return bytes;
  }

  #read(offset: number, into: Uint8Array): void {
    for (const { number, from, start, end } of piecesOf(offset, into.length)) {
      const page = this.#pages.get(number);
      const part = into.subarray(start, end);
      if (page === undefined) part.fill(0);
      else part.set(page.subarray(from, from + end - start));
    }
  }

  #write(offset: number, bytes: Uint8Array): void {
    for (const { number, from, start, end } of piecesOf(offset, bytes.length)) {
      const page = this.#pages.get(number) ?? Buffer.alloc(PAGE);
      this.#pages.set(number, page);
      page.set(bytes.subarray(start, end), from);
    }
  }

  #zero(offset: number, length: number): void {
    const end = offset + length;
    const [first, last] = [Math.ceil(offset / PAGE), Math.floor(end / PAGE)];
    if (last - first > this.#pages.size) {
      for (const number of this.#pages.keys()) {
        if (first <= number && number < last) this.#pages.delete(number);
      }
    } else for (let number = first; number < last; number++) this.#pages.delete(number);
    for (const at of new Set([offset, Math.max(offset, last * PAGE)])) {
      const from = at % PAGE;
      const stop = Math.min(end, nextPage(at)) - at;
      this.#pages.get(Math.floor(at / PAGE))?.fill(0, from, from + stop);
    }
  }
}

interface Piece {
  /** of the page */
  readonly number: number;
  /** byte in the page */
  readonly from: number;
  /** bytes of the range */
  readonly start: number;
  readonly end: number;
}

function* piecesOf(offset: number, length: number): Generator<Piece> {
  for (let start = 0; start < length; ) {
    const at = offset + start;
    const end = Math.min(length, nextPage(at) - offset);
    yield { number: Math.floor(at / PAGE), from: at % PAGE, start, end };
    start = end;
  }
}

function nextPage(offset: number): number {
  return (Math.floor(offset / PAGE) + 1) * PAGE;
}
