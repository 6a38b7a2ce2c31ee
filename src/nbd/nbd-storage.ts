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
import { createConnection, type NetConnectOpts } from "node:net";
import { BlockgraphError } from "../error.ts";
import { checkRequest } from "../storage/check-request.ts";
import { Pending } from "../storage/pending.ts";
import type { Storage, StorageOutcome, StorageRequest } from "../storage/storage.ts";
import { ClientConnection } from "./client-connection.ts";
import { clientHandshake } from "./client-handshake.ts";
import { ClientRequests } from "./client-requests.ts";
import type { ListenAddress } from "./server.ts";
import { StoragePieces } from "./storage-pieces.ts";

/** ms in which a server has to take a client in */
const PATIENCE = 10_000;

/**
 * Connects to a server and opens one of its exports. Its length is the export's; should the
 * connection be lost, everything fails with `EIO`: it is not made anew.
 *
 * @param address where the server listens
 * @param exportName may be empty, as the name of an export may
 * @throws BlockgraphError `image-unusable`: nobody listens there, there is no such export, it
 * serves no single bytes, or the server does not keep to the protocol
 */
export async function openNbd(address: ListenAddress, exportName: string): Promise<Storage> {
  const options: NetConnectOpts = "path" in address ? address : { ...address, noDelay: true };
  const connection = new ClientConnection(createConnection(options));
  const late = () => connection.fail(new Error("it does not answer"));
  const timer = setTimeout(late, PATIENCE);
  try {
    const offer = await clientHandshake(connection, exportName);
    const requests = new ClientRequests(connection, offer.structured, offer.allocation);
    const name = exportName === "" ? "nbd" : exportName;
    return new NbdStorage(name, offer.size, new StoragePieces(requests, offer));
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    connection.fail(reason);
    const place = "path" in address ? address.path : `${address.host}:${address.port}`;
    throw new BlockgraphError(
      "image-unusable",
      `NBD export '${exportName}' at ${place}: ${reason.message}: check the address and the name`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

class NbdStorage implements Storage {
  readonly name: string;
  readonly length: number;
  readonly #pieces: StoragePieces;
  /** submitted and not done */
  readonly #live = new Set<Pending>();
  #ready: Pending[] = [];
  #sequence = 0;
  #open = true;
  #busy = false;

  constructor(name: string, length: number, pieces: StoragePieces) {
    this.name = name;
    this.length = length;
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
