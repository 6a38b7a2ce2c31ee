/**
 * Requests of one connection, from the moment they are whole until their replies are made.
 *
 * A request is judged, handed to the export, and answered when the export is done with it, in
 * whatever order that happens. Nothing is waited for here and nobody is called twice; when the
 * connection has gone, what is still in flight ends unheard.
 */
import { BufferPool } from "../buffer-pool.ts";
import type { Errno } from "../vocabulary.ts";
import { COMMAND, COMMAND_FLAG, type HeaderStyle, type WireError } from "./constants.ts";
import type { ExportRequest, StatusRequest } from "./export.ts";
import { fitExtents } from "./extents.ts";
import type { MetaContext } from "./meta-context.ts";
import type { Agreement } from "./negotiation.ts";
import { type Objection, rangeObjection } from "./objection.ts";
import { type ContextStatus, dataReply, errorReply, statusReply, successReply } from "./reply.ts";
import type { Request } from "./request.ts";
import { parseStatusPayload } from "./status-payload.ts";
import { toWireError } from "./wire-error.ts";

/** What is told of the requests of a connection. */
export interface TransmissionListener {
  /**
   * Parts of a reply, to be sent in this order and without anything between them.
   * @param sent called when nobody needs them any more
   */
  reply(parts: readonly Buffer[], sent?: () => void): void;
  /** A request has ended, and its reply, if there is anybody to have it, was handed over. */
  ended(): void;
}

/** Payloads of all connections, in and out. */
export const PAYLOADS = new BufferPool();

const OPERATIONS: ReadonlyMap<number, ExportRequest["operation"]> = new Map([
  [COMMAND.READ, "read"],
  [COMMAND.WRITE, "write"],
  [COMMAND.FLUSH, "flush"],
  [COMMAND.TRIM, "discard"],
  [COMMAND.CACHE, "cache"],
  [COMMAND.WRITE_ZEROES, "write-zeroes"],
]);

const CHANGES: ReadonlySet<ExportRequest["operation"]> = new Set([
  "write",
  "discard",
  "write-zeroes",
]);

export class Transmission {
  readonly agreement: Agreement;
  readonly #listener: TransmissionListener;
  #outstanding = 0;
  #bytes = 0;

  constructor(agreement: Agreement, listener: TransmissionListener) {
    this.agreement = agreement;
    this.#listener = listener;
  }

  /** requests that the export has */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** bytes of their payloads, in and out */
  get bytes(): number {
    return this.#bytes;
  }

  /** Answers with an error. */
  refuse(request: Request, { error, message }: Objection): void {
    this.#send(errorReply(this.#style, request, error, message));
  }

  /**
   * Serves a request that was admitted.
   *
   * @param payload what came with it, which is {@link PAYLOADS}' again afterwards; null if nothing
   * did
   * @param over called when nobody needs the memory any more that it takes
   */
  serve(request: Request, payload: Buffer | null, over: () => void): void {
    if (request.type === COMMAND.BLOCK_STATUS) {
      this.#serveStatus(request, payload);
      if (payload !== null) PAYLOADS.give(payload);
      over();
    } else this.#serveData(request, payload, over);
  }

  #serveData(request: Request, payload: Buffer | null, over: () => void): void {
    const { type, flags, offset, length } = request;
    const operation = OPERATIONS.get(type);
    if (operation === undefined) throw new Error(`command ${type} was admitted`);
    const reads = operation === "read";
    // Memory as it is, with whatever it held: it goes out only if the export has filled it.
    const buffer = reads ? PAYLOADS.take(length) : payload;
    const giveBack = () => {
      if (buffer !== null) PAYLOADS.give(buffer);
      over();
    };
    const fast = (flags & COMMAND_FLAG.FAST_ZERO) !== 0;
    const end = (errno: Errno | null): void => {
      if (errno === null && reads && buffer !== null) {
        this.#send(dataReply(this.#style, request, buffer), giveBack);
        return;
      }
      if (errno !== null) this.#fail(request, operation, toWireError(errno, fast), errno);
      else this.#send(successReply(this.#style, request));
      giveBack();
    };
    if (length === 0 && operation !== "flush") {
      end(null);
      return;
    }
    const done = this.#begin(buffer?.length ?? 0, end);
    this.agreement.export.submit({
      operation,
      offset,
      length,
      buffer,
      stable: CHANGES.has(operation) && (flags & COMMAND_FLAG.FUA) !== 0,
      mayUnmap: operation === "write-zeroes" && (flags & COMMAND_FLAG.NO_HOLE) === 0,
      fast,
      done,
    });
  }

  #serveStatus(request: Request, payload: Buffer | null): void {
    const asked = this.#statusAsked(request, payload);
    if ("error" in asked) {
      this.refuse(request, asked);
      return;
    }
    const { contexts, length } = asked;
    const one = (request.flags & COMMAND_FLAG.REQ_ONE) !== 0;
    const statuses: ContextStatus[] = [];
    let left = contexts.length;
    let failure: Errno | null = null;
    const settle = this.#begin(0, (errno) => {
      if (errno === null) this.#send(statusReply(this.#style, request, statuses));
      else this.#fail(request, "block-status", toWireError(errno, false), errno);
    });
    for (const [index, { id, name }] of contexts.entries()) {
      const done: StatusRequest["done"] = (errno, extents) => {
        const fitted = fitExtents(extents, length, one);
        statuses[index] = { id, extents: fitted };
        // An answer of no bytes would let no client get any further.
        failure ??= errno ?? (fitted.length === 0 ? "EIO" : null);
        if (--left === 0) settle(failure);
      };
      const { offset } = request;
      this.agreement.export.status({ context: name, offset, length, one, done });
    }
  }

  /** The contexts and the bytes that a client asks about: all selected ones, or those it names. */
  #statusAsked(
    request: Request,
    payload: Buffer | null,
  ): { readonly contexts: readonly MetaContext[]; readonly length: number } | Objection {
    const { contexts } = this.agreement;
    if ((request.flags & COMMAND_FLAG.PAYLOAD_LEN) === 0) {
      return { contexts, length: request.length };
    }
    const named = parseStatusPayload(payload ?? Buffer.alloc(0), contexts);
    if ("error" in named) return named;
    const whole = { ...request, length: named.length, flags: 0 };
    return rangeObjection(whole, this.agreement) ?? named;
  }

  get #style(): HeaderStyle {
    return this.agreement.style;
  }

  #send(parts: readonly Buffer[], sent?: () => void): void {
    this.#listener.reply(parts, sent);
  }

  #fail(request: Request, operation: string, error: WireError, errno: Errno): void {
    this.#send(errorReply(this.#style, request, error, `${operation}: ${errno}`));
  }

  /** Counts a request in. Returns what ends it, exactly once. */
  #begin(bytes: number, end: (errno: Errno | null) => void): (errno: Errno | null) => void {
    this.#outstanding++;
    this.#bytes += bytes;
    let over = false;
    return (errno) => {
      if (over) throw new Error("an export ended a request twice");
      over = true;
      this.#outstanding--;
      this.#bytes -= bytes;
      end(errno);
      this.#listener.ended();
    };
  }
}
