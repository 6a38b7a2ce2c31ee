/**
 * A storage made of a medium and the queue in front of it.
 *
 * Whatever takes time to serve (a file, a format above a file, a connection) becomes an image with
 * this: it needs to know nothing but how one batch at a time is carried out.
 */
import { checkRequest } from "./check-request.ts";
import type { Medium } from "./medium.ts";
import { RequestQueue } from "./queue.ts";
import type { Storage, StorageRequest } from "./storage.ts";

export class QueuedStorage implements Storage {
  readonly name: string;
  readonly length: number;
  readonly #queue: RequestQueue;
  readonly #release: () => void;
  #open = true;

  /**
   * @param name for messages
   * @param length of the image in bytes
   * @param medium serves every byte of that length
   * @param release called once by `close`, with nothing outstanding
   */
  constructor(name: string, length: number, medium: Medium, release: () => void) {
    this.name = name;
    this.length = length;
    this.#queue = new RequestQueue(medium);
    this.#release = release;
  }

  /** Whether it was not closed yet. */
  get isOpen(): boolean {
    return this.#open;
  }

  submit(request: StorageRequest): void {
    if (!this.#open) throw new Error(`${this.name}: request after close`);
    checkRequest(this, request.operation, request.offset, request.length, request.buffer);
    this.#queue.submit(request);
  }

  kick(): void {
    this.#queue.kick();
  }

  close(): void {
    const { outstanding } = this.#queue;
    if (outstanding > 0) {
      throw new Error(`${this.name}: closed with ${outstanding} requests outstanding`);
    }
    if (!this.#open) return;
    this.#open = false;
    this.#release();
  }
}
