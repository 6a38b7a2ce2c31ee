/**
 * An export of an NBD server as an image that a graph can run on.
 *
 * The protocol promises nothing about the order of requests in flight, so it is made here, as
 * storage.ts has it: a request that shares a byte with an earlier one, one of them changing it, is
 * sent when that one has ended; a flush is sent when every earlier change has. All others are in
 * flight together. Nothing is merged: a request costs no system call of its own anyway, as what is
 * sent in one tick leaves at once.
 *
 * Discard is sent as write-zeroes that may unmap, since a trim need not leave zeros. A server
 * without write-zeroes is written zeros.
 */
import { BlockgraphError } from "../error.ts";
import { checkRequest } from "../storage/check-request.ts";
import { Pending } from "../storage/pending.ts";
import type { Storage, StorageOutcome, StorageRequest } from "../storage/storage.ts";
import type { ClientTls } from "./client-tls.ts";
import { connectWithin } from "./connect.ts";
import { TRANSMISSION_FLAG } from "./constants.ts";
import { LastingPieces } from "./lasting-pieces.ts";
import type { ListenAddress } from "./server.ts";

/** An export as an image. */
export interface NbdImage extends Storage {
  /** whether the server lets nobody write it */
  readonly readOnly: boolean;
}

/**
 * Connects to a server and opens one of its exports. Its length is the export's.
 *
 * @param exportName may be empty, as the name of an export may
 * @throws BlockgraphError `image-unusable`: nobody listens there, there is no such export, it
 * serves no single bytes, or the server does not keep to the protocol; its cause says which
 */
export async function openNbd(
  address: ListenAddress,
  exportName: string,
  { tls = null, openTimeout = 0, reconnectDelay = 0 }: OpenNbdOptions = {},
): Promise<NbdImage> {
  const target = { address, exportName, tls };
  try {
    const connected = await connectWithin(target, openTimeout * 1000);
    const { size, flags } = connected.offer;
    const pieces = new LastingPieces(target, connected, reconnectDelay * 1000);
    const readOnly = (flags & TRANSMISSION_FLAG.READ_ONLY) !== 0;
    return new NbdStorage(exportName === "" ? "nbd" : exportName, size, readOnly, pieces);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = "path" in address ? address.path : `${address.host}:${address.port}`;
    throw new BlockgraphError(
      "image-unusable",
      `NBD export '${exportName}' at ${place}: ${reason}: check the address and the name`,
      { cause: error },
    );
  }
}

export interface OpenNbdOptions {
  /** null: in the clear */
  readonly tls?: ClientTls | null;
  /** seconds in which it is tried again to reach the server; default: once */
  readonly openTimeout?: number;
  /** seconds that requests wait for a server that was lost; default: they fail */
  readonly reconnectDelay?: number;
}

class NbdStorage implements NbdImage {
  readonly name: string;
  readonly length: number;
  readonly readOnly: boolean;
  readonly #pieces: LastingPieces;
  /** submitted and not done */
  readonly #live = new Set<Pending>();
  #ready: Pending[] = [];
  #sequence = 0;
  #open = true;
  #busy = false;

  constructor(name: string, length: number, readOnly: boolean, pieces: LastingPieces) {
    this.name = name;
    this.length = length;
    this.readOnly = readOnly;
    this.#pieces = pieces;
  }

  submit(request: StorageRequest): void {
    if (!this.#open) throw new Error(`${this.name}: request after close`);
    checkRequest(this, request.operation, request.offset, request.length, request.buffer);
    const pending = new Pending(request, this.#sequence++);
    for (const earlier of this.#live) if (mustWait(pending, earlier)) pending.blockers++;
    this.#live.add(pending);
  }

  kick(): void {
    for (const pending of this.#live) {
      if (pending.kicked) continue;
      pending.kicked = true;
      if (pending.blockers === 0) this.#ready.push(pending);
    }
    this.#issue();
  }

  close(): void {
    if (this.#live.size > 0) {
      throw new Error(`${this.name}: closed with ${this.#live.size} requests outstanding`);
    }
    if (!this.#open) return;
    this.#open = false;
    this.#pieces.close();
  }

  /** Sends what is ready, unless a loop further up the stack will. */
  #issue(): void {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#ready.length > 0) {
      const ready = this.#ready;
      this.#ready = [];
      for (const pending of ready) this.#send(pending);
    }
    this.#busy = false;
  }

  #send(pending: Pending): void {
    this.#pieces.serve(pending.request, (outcome) => this.#finish(pending, outcome));
  }

  #finish(done: Pending, outcome: StorageOutcome): void {
    this.#live.delete(done);
    for (const later of this.#live) {
      if (later.sequence < done.sequence || !mustWait(later, done)) continue;
      if (--later.blockers === 0 && later.kicked) this.#ready.push(later);
    }
    const outermost = !this.#busy;
    this.#busy = true;
    done.request.done(outcome);
    if (!outermost) return;
    this.#busy = false;
    this.#issue();
  }
}

/** Whether a request has to wait until one that was submitted before it has ended. */
function mustWait(later: Pending, earlier: Pending): boolean {
  // A flush keeps nobody waiting; a request of no bytes meets nobody.
  if (earlier.start >= earlier.end || later.start >= later.end) return false;
  return earlier.request.operation !== "flush" && later.waitsFor(earlier);
}
