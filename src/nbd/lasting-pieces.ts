/**
 * Requests of an image whose server may be lost, and come back (QEMU block/nbd.c, options
 * `reconnect-delay`; `nbd_co_do_establish_connection`).
 *
 * What was under way when the connection is lost waits, with what is asked for afterwards, until it
 * is made anew, and is then asked for again; what has waited too long fails with EIO. Without such
 * a delay all fails at once, and the next request has the connection made anew behind its back. A
 * server that comes back with an export of another length, or that cannot be written any more,
 * does not count.
 *
 * Limit: a server that forgets what was not flushed forgets it unnoticed, as before QEMU.
 */
import { failed } from "../storage/outcome.ts";
import type { StorageOutcome, StorageRequest } from "../storage/storage.ts";
import { type Connected, connectExport, type NbdTarget, RETRY_MS } from "./connect.ts";
import { TRANSMISSION_FLAG } from "./constants.ts";

interface Waiting {
  readonly request: StorageRequest;
  done(outcome: StorageOutcome): void;
}

const LOST = failed("EIO");

export class LastingPieces {
  readonly #target: NbdTarget;
  /** ms */
  readonly #delay: number;
  #connected: Connected;
  #waiting: Waiting[] = [];
  /** until when requests wait; null: the server is there, or they do not wait any more */
  #deadline: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #connecting = false;
  /** the connection was lost, and not made anew */
  #lost = false;
  #closed = false;

  /** @param delay ms that requests wait for a server that was lost; 0: they fail */
  constructor(target: NbdTarget, connected: Connected, delay: number) {
    this.#target = target;
    this.#connected = connected;
    this.#delay = delay;
  }

  /** Serves a request that lies in the export. `done` may be called from within. */
  serve(request: StorageRequest, done: (outcome: StorageOutcome) => void): void {
    const { pieces } = this.#connected;
    if (pieces.lost) {
      this.#missed({ request, done });
      return;
    }
    pieces.serve(request, (outcome) => {
      if (outcome.errno !== null && pieces.lost) this.#missed({ request, done });
      else done(outcome);
    });
  }

  /** No request is outstanding. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#connected.pieces.close();
  }

  /** There is nobody to ask. */
  #missed(waiting: Waiting): void {
    const { pieces } = this.#connected;
    if (!pieces.lost) {
      this.serve(waiting.request, waiting.done);
      return;
    }
    if (!this.#lost) {
      this.#lost = true;
      if (this.#delay > 0) this.#deadline = setTimeout(() => this.#giveUp(), this.#delay);
    }
    const waits = this.#deadline !== null;
    if (waits) this.#waiting.push(waiting);
    // Not from within the call that lost the connection: others of it are still to be told.
    if (!this.#connecting && this.#retry === null) {
      this.#retry = setTimeout(() => void this.#connect(), 0);
    }
    if (!waits) process.nextTick(() => waiting.done(LOST));
  }

  async #connect(): Promise<void> {
    this.#retry = null;
    this.#connecting = true;
    try {
      const connected = await connectExport(this.#target);
      if (this.#closed || !isSame(this.#connected, connected)) connected.pieces.close();
      else this.#goOn(connected);
    } catch {
      // Whoever waits is told when the time is over.
    }
    this.#connecting = false;
    if (!this.#lost || this.#closed) return;
    const next = this.#deadline === null ? () => this.#mayTry() : () => void this.#connect();
    this.#retry = setTimeout(next, RETRY_MS);
  }

  /** Whoever asks next has it tried again. */
  #mayTry(): void {
    this.#retry = null;
  }

  #goOn(connected: Connected): void {
    this.#connected = connected;
    this.#lost = false;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
    for (const { request, done } of this.#waiting.splice(0)) this.serve(request, done);
  }

  #giveUp(): void {
    this.#deadline = null;
    for (const { done } of this.#waiting.splice(0)) done(LOST);
  }
}

/** Whether an export is what it was. */
function isSame({ offer: before }: Connected, { offer: now }: Connected): boolean {
  const isReadOnly = ({ flags }: Connected["offer"]) => flags & TRANSMISSION_FLAG.READ_ONLY;
  return before.size === now.size && isReadOnly(before) === isReadOnly(now);
}
