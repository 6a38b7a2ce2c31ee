/**
 * An image in memory, with holes.
 *
 * The bytes are one array. Beside it stands a map with one entry for each 4096-byte block, which
 * says whether the block is allocated, so that block-status answers as for a sparse file: a write
 * allocates the blocks it touches; discard and write-zeroes free the blocks that they cover whole
 * and zero the edges. A block that is not allocated holds zeros: that is what makes `zero` true.
 *
 * Requests are executed one after the other in the order of submission, inside `kick`. With no
 * time between issue and completion nothing can overtake, so there is nothing to queue or merge.
 */
import { BlockgraphError } from "../error.ts";
import type { StorageOperation } from "../vocabulary.ts";
import { checkRequest } from "./check-request.ts";
import { extent, SUCCESS } from "./outcome.ts";
import type { Storage, StorageOutcome, StorageRequest } from "./storage.ts";

/** bytes; the block size of the file systems that we compare with */
const BLOCK = 4096;
/** bytes; what one buffer holds on every supported Node */
const LENGTH_MAX = 2 ** 31 - 1;

export class MemoryStorage implements Storage {
  readonly name: string;
  readonly length: number;
  /** The image's bytes as they are now. A view for comparing: writing to it breaks block-status. */
  readonly content: Uint8Array;
  /** one entry for each block, the last possibly short: 1 allocated, 0 a hole */
  readonly #allocated: Uint8Array;
  readonly #queue: StorageRequest[] = [];
  /** requests at the head of the queue that a kick has covered */
  #kicked = 0;
  #running = false;

  /**
   * Makes an image that is one hole.
   *
   * @param name for messages
   * @param length in bytes; memory is taken only as it is written to
   * @throws BlockgraphError `bad-argument` if the length is none that memory can have
   */
  constructor(name: string, length: number) {
    if (!Number.isSafeInteger(length) || length < 0 || length > LENGTH_MAX) {
      throw new BlockgraphError(
        "bad-argument",
        `${name}: an image in memory cannot have ${length} bytes: 0 to ${LENGTH_MAX} are possible`,
      );
    }
    this.name = name;
    this.length = length;
    this.content = Buffer.alloc(length);
    this.#allocated = new Uint8Array(Math.ceil(length / BLOCK));
  }

  /** The bytes as they are now, to keep. Holes cost next to nothing, however large. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let first = this.#allocated.indexOf(1);
    while (first >= 0) {
      const hole = this.#allocated.indexOf(0, first);
      const end = hole < 0 ? this.length : hole * BLOCK;
      bytes.set(this.content.subarray(first * BLOCK, end), first * BLOCK);
      first = hole < 0 ? hole : this.#allocated.indexOf(1, hole);
    }
    return bytes;
  }

  submit(request: StorageRequest): void {
    checkRequest(this, request.operation, request.offset, request.length, request.buffer);
    this.#queue.push(request);
  }

  kick(): void {
    this.#kicked = this.#queue.length;
    // A `done` may submit and kick: the loop that called it goes on with what it added.
    if (this.#running) return;
    this.#running = true;
    let next = 0;
    for (; next < this.#kicked; next++) {
      const request = this.#queue[next];
      if (request !== undefined) request.done(this.#perform(request));
    }
    this.#queue.splice(0, next);
    this.#kicked = 0;
    this.#running = false;
  }

  close(): void {
    if (this.#queue.length > 0) {
      throw new Error(`${this.name}: closed with ${this.#queue.length} requests outstanding`);
    }
  }

  /**
   * Serves one request at once, past the queue.
   *
   * @param offset in bytes
   * @param length in bytes
   * @param buffer as in {@link StorageRequest}
   * @returns what `done` would have been given; memory never fails
   * @throws BlockgraphError `request-invalid`
   */
  execute(
    operation: StorageOperation,
    offset: number,
    length: number,
    buffer: Uint8Array | null,
  ): StorageOutcome {
    checkRequest(this, operation, offset, length, buffer);
    return this.#perform({ operation, offset, length, buffer });
  }

  #perform(request: Omit<StorageRequest, "done">): StorageOutcome {
    const { operation, offset, length, buffer } = request;
    if (operation === "block-status") return this.#status(offset, length);
    if (operation === "read") buffer?.set(this.content.subarray(offset, offset + length));
    else if (operation === "write" && buffer !== null) this.#write(offset, length, buffer);
    else if (operation !== "flush") this.#zero(offset, length);
    return SUCCESS;
  }

  #write(offset: number, length: number, buffer: Uint8Array): void {
    this.content.set(buffer, offset);
    this.#allocated.fill(1, Math.floor(offset / BLOCK), Math.ceil((offset + length) / BLOCK));
  }

  #zero(offset: number, length: number): void {
    const end = offset + length;
    this.content.fill(0, offset, end);
    const first = Math.ceil(offset / BLOCK);
    const last = end === this.length ? this.#allocated.length : Math.floor(end / BLOCK);
    if (first < last) this.#allocated.fill(0, first, last);
  }

  #status(offset: number, length: number): StorageOutcome {
    const first = Math.floor(offset / BLOCK);
    const limit = Math.ceil((offset + length) / BLOCK);
    const state = this.#allocated[first];
    let block = first + 1;
    while (block < limit && this.#allocated[block] === state) block++;
    return extent(state === 0 ? "zero" : "data", Math.min(length, block * BLOCK - offset));
  }
}
