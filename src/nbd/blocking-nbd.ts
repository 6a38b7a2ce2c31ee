/**
 * An export of an NBD server as an image that can also be asked at once: who asks so sleeps until
 * the answer is there, which a format needs for its tables (src/storage/qcow2/host-file.ts).
 *
 * A thread cannot wait for what it receives itself. So another one has the connection
 * (blocking-worker.ts), and both kinds of requests go there, in the order in which they were made.
 *
 * Limits: while somebody sleeps nothing else goes on in the program, for {@link PATIENCE} at the
 * most; then the request fails with EIO. An export of the very program would never answer.
 */
import { Worker } from "node:worker_threads";
import { BlockgraphError } from "../error.ts";
import { packageFile } from "../package-file.ts";
import { checkRequest } from "../storage/check-request.ts";
import { failed } from "../storage/outcome.ts";
import type { StorageRequest } from "../storage/storage.ts";
import { ERRNOS, type StorageOperation } from "../vocabulary.ts";
import { type BlockingTask, REPLY, type Said, type Told } from "./blocking-worker.ts";
import { OptionRefused } from "./client-handshake.ts";
import type { NbdImage } from "./nbd-storage.ts";

/** Worker threads cannot load TypeScript: from sources, too, the built worker is used. */
const WORKER = packageFile("dist/program/blocking-worker.js");

/** ms that somebody sleeps for one answer */
const PATIENCE = 30_000;

/**
 * Connects to a server, as `openNbd` does.
 * @throws BlockgraphError `image-unusable`, with the same causes
 */
export async function openBlocking(task: BlockingTask): Promise<BlockingNbd> {
  const worker = new Worker(WORKER, { workerData: task });
  const said = await new Promise<Said>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  if (said.kind === "opened") return new BlockingNbd(task.exportName || "nbd", worker, said);
  await worker.terminate();
  if (said.kind === "done") throw new Error("an answer to nobody's question");
  const { message, code, option } = said;
  const plain = new Error(said.cause);
  const cause =
    option !== null
      ? OptionRefused.told(option.option, option.type, said.cause)
      : code !== null
        ? Object.assign(plain, { code })
        : plain;
  throw new BlockgraphError("image-unusable", message, { cause });
}

interface Opened {
  readonly length: number;
  readonly readOnly: boolean;
}

export class BlockingNbd implements NbdImage {
  readonly name: string;
  readonly length: number;
  readonly readOnly: boolean;
  readonly #worker: Worker;
  readonly #asked = new Map<number, StorageRequest>();
  #next = 0;
  #state: "open" | "lost" | "closed" = "open";

  constructor(name: string, worker: Worker, { length, readOnly }: Opened) {
    this.name = name;
    this.length = length;
    this.readOnly = readOnly;
    this.#worker = worker;
    worker.on("message", (said: Said) => this.#hear(said));
    worker.on("error", () => this.#lose());
  }

  submit(request: StorageRequest): void {
    const { operation, offset, length, buffer } = request;
    if (this.#state === "closed") throw new Error(`${this.name}: request after close`);
    checkRequest(this, operation, offset, length, buffer);
    const reply = this.#next++;
    this.#asked.set(reply, request);
    if (this.#state === "lost") setImmediate(() => this.#lose());
    else this.#tell({ operation, offset, length, bytes: written(operation, buffer), reply });
  }

  /** What is submitted is on its way already. */
  kick(): void {}

  /**
   * Asks, and sleeps until it is answered.
   * @param bytes of a write; null otherwise
   * @returns the bytes of a read
   * @throws Error with the code of the errno with which it has ended
   */
  askNow(
    operation: StorageOperation,
    offset: number,
    length: number,
    bytes: Uint8Array | null = null,
  ): Buffer {
    const isRead = operation === "read";
    const reply = new SharedArrayBuffer(REPLY.bytes + (isRead ? length : 0));
    const words = new Int32Array(reply, 0, 2);
    if (this.#state !== "open") throw coded("EIO");
    this.#tell({ operation, offset, length, bytes: written(operation, bytes), reply });
    if (Atomics.wait(words, REPLY.state, 0, PATIENCE) === "timed-out") throw coded("EIO");
    const errno = words[REPLY.errno] ?? 0;
    if (errno !== 0) throw coded(ERRNOS[errno - 1] ?? "EIO");
    return Buffer.from(new Uint8Array(reply, REPLY.bytes));
  }

  close(): void {
    if (this.#asked.size > 0) {
      throw new Error(`${this.name}: closed with ${this.#asked.size} requests outstanding`);
    }
    if (this.#state === "open") this.#tell(null);
    this.#state = "closed";
  }

  #tell(told: Told): void {
    const bytes = told?.bytes?.buffer;
    this.#worker.postMessage(told, bytes instanceof ArrayBuffer ? [bytes] : []);
  }

  #hear(said: Said): void {
    if (said.kind !== "done") return;
    const request = this.#asked.get(said.reply);
    this.#asked.delete(said.reply);
    if (said.bytes !== null) request?.buffer?.set(said.bytes);
    request?.done(said.outcome);
  }

  /** The thread has ended, of which nobody told it. */
  #lose(): void {
    if (this.#state === "open") this.#state = "lost";
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { done } of asked) done(failed("EIO"));
  }
}

/** A copy: a part of a larger buffer would be sent with all of it. */
function written(operation: StorageOperation, buffer: Uint8Array | null): Uint8Array | null {
  return operation === "write" && buffer !== null ? new Uint8Array(buffer) : null;
}

function coded(code: string): Error {
  return Object.assign(new Error(`NBD: ${code}`), { code });
}
