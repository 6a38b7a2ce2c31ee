/**
 * One client's connection, from its first byte to its last, with no socket in it: bytes come in by
 * `receive`, and what they lead to goes out through a `Peer`.
 *
 * It takes messages apart and keeps the limits: no message is collected that is longer than one may
 * be, no request is begun beyond what may be in flight, and while the client does not fetch its
 * replies nothing more of what it sends is looked at. Together with a peer that stops reading when
 * told to, that bounds the memory of a connection, whatever its client does.
 */

import { ByteQueue } from "./byte-queue.ts";
import { COMMAND, MAGIC, PAYLOAD_MAX } from "./constants.ts";
import type { NbdExport } from "./export.ts";
import { type Answer, type Catalog, Negotiation } from "./negotiation.ts";
import { objectionTo } from "./objection.ts";
import { greeting } from "./option-reply.ts";
import { MODEST, PayloadBudget, SMALL } from "./payload-budget.ts";
import { parseRequest, payloadLength, type Request, requestHeaderLength } from "./request.ts";
import { PAYLOADS, Transmission } from "./transmission.ts";

/** The other end, as a session sees it. */
export interface Peer {
  /**
   * Sends these bytes, as one after all that was sent before.
   * @param sent called when they have left, or never will: not before that may they change
   */
  send(parts: readonly Buffer[], sent?: () => void): void;
  /** bytes sent that have not left yet */
  readonly backlog: number;
  /** Whether to read on. Until the first call: yes. */
  listen(on: boolean): void;
  /** Goes on in TLS, and calls `tlsBegun` of the session then. */
  startTls(): void;
  /**
   * Nothing follows, and nothing is in flight: lets go of the connection, if there still is one,
   * when all that was sent has left. Called once.
   */
  end(): void;
}

/** requests of one connection that an export may have at a time */
const REQUESTS_MAX = 64;
/** bytes of their payloads, unless one alone has more */
const BYTES_MAX = 64 * 1024 * 1024;
/** bytes of replies that may wait for the client to fetch them before it is listened to again */
const BACKLOG_MAX = 16 * 1024 * 1024;
/** bytes of an option that are kept; a longer one is skipped and refused */
const OPTION_KEPT = 64 * 1024;
/** bytes that are skipped for a client that may only have been told too little */
const SKIPPED_MAX = 2 * PAYLOAD_MAX;
const CLIENT_FLAGS = 4;
const OPTION_HEADER = 16;

/** What the next bytes are. */
type Expected =
  | { readonly kind: "flags" | "option" | "request" | "nothing" }
  | { readonly kind: "option payload"; readonly option: number; readonly length: number }
  | { readonly kind: "skipped"; left: number; readonly then: () => void }
  | { readonly kind: "room"; readonly request: Request; readonly length: number }
  | {
      readonly kind: "payload";
      readonly request: Request;
      readonly claim: Claim;
      readonly bytes: Buffer;
      filled: number;
    };

/** What a request has of the budget; it is given back once. */
type Claim = () => void;

const NO_CLAIM: Claim = () => {};

const FLAGS: Expected = { kind: "flags" };
const NEXT_OPTION: Expected = { kind: "option" };
const NEXT_REQUEST: Expected = { kind: "request" };
const NOTHING: Expected = { kind: "nothing" };

export class Session {
  readonly #peer: Peer;
  readonly #input = new ByteQueue();
  readonly #negotiation: Negotiation;
  readonly #budget: PayloadBudget;
  /** what the next request was granted; null: nothing yet */
  #granted: Claim | null = null;
  /** gives up waiting for the budget; null: nobody waits */
  #giveUp: (() => void) | null = null;
  /** requests that have something of the budget */
  #claims = 0;
  #transmission: Transmission | null = null;
  #expected: Expected = FLAGS;
  #lastPayload = 0;
  #running = false;
  #listening = true;
  /** no more will come in */
  #inputOver = false;
  /** the connection is no more: nobody would get a reply */
  #gone = false;
  /** no more of what comes in is looked at; the peer is let go of when nothing is in flight */
  #stopping = false;
  #ended = false;

  /**
   * Greets the client.
   *
   * @param tls whether the peer can start TLS; the client then has to
   * @param budget of all sessions together; default: one of its own
   */
  constructor(peer: Peer, catalog: Catalog, tls: boolean, budget = new PayloadBudget()) {
    this.#peer = peer;
    this.#budget = budget;
    this.#negotiation = new Negotiation(catalog, tls);
    peer.send([greeting()]);
  }

  /** the export that the client uses; null before it has chosen one */
  get export(): NbdExport | null {
    return this.#transmission?.agreement.export ?? null;
  }

  /** requests that the export has */
  get outstanding(): number {
    return this.#transmission?.outstanding ?? 0;
  }

  /** Whether others can do with what it has of the budget, and it waits for its client. */
  get occupies(): boolean {
    const isSending = this.#expected.kind === "payload" || this.#peer.backlog > 0;
    return this.#claims > 0 && isSending;
  }

  /** Takes in what the client sent. Returns whether some of it is still to be looked at. */
  receive(chunk: Buffer): boolean {
    if (this.#stopping) return false;
    this.#input.push(chunk);
    this.resume();
    return this.#input.length > 0;
  }

  /** Where the next bytes belong, if they are the rest of a payload; else null. */
  get payloadRoom(): Buffer | null {
    const expected = this.#expected;
    if (expected.kind !== "payload" || this.#input.length > 0) return null;
    return expected.bytes.subarray(expected.filled);
  }

  /** So many bytes were put into {@link payloadRoom}. */
  receivedPayload(bytes: number): void {
    const expected = this.#expected;
    if (expected.kind !== "payload") return;
    expected.filled += bytes;
    this.resume();
  }

  /** bytes of the last request's payload */
  get lastPayload(): number {
    return this.#lastPayload;
  }

  /** Goes on after the peer's backlog has shrunk. */
  resume(): void {
    // An export may end a request while it is being given it.
    if (this.#running) return;
    this.#running = true;
    while (!this.#stopping && !this.#congested && this.#step());
    this.#running = false;
    const listening = this.#stopping || !(this.#congested || this.#expected.kind === "room");
    // What is left then is part of a message whose rest will never come.
    if (this.#inputOver && listening) this.stop();
    if (listening === this.#listening || this.#gone) return;
    this.#listening = listening;
    this.#peer.listen(listening);
  }

  /** What was sent in the clear is over. */
  tlsBegun(): void {
    this.#negotiation.tlsBegun();
    this.#expected = NEXT_OPTION;
    this.resume();
  }

  /** The client says no more. What it has said is dealt with, and then the peer is let go of. */
  finish(): void {
    this.#inputOver = true;
    this.resume();
  }

  /** Begins no more requests; when those in flight are answered, the peer is let go of. */
  stop(): void {
    this.#stopping = true;
    this.#giveUp?.();
    this.#giveUp = null;
    this.#granted?.();
    this.#granted = null;
    if (this.#expected.kind === "payload") this.#expected.claim();
    this.#expected = NOTHING;
    this.#input.drop(this.#input.length);
    this.#endIfIdle();
  }

  /** The connection has gone: nothing more is sent. What is in flight ends unheard. */
  abandon(): void {
    this.#gone = true;
    this.stop();
  }

  get #congested(): boolean {
    return this.#peer.backlog > BACKLOG_MAX;
  }

  /** Does one thing with what has come in. Returns false if that takes more of it, or room. */
  #step(): boolean {
    const expected = this.#expected;
    switch (expected.kind) {
      case "flags": {
        const flags = this.#input.take(CLIENT_FLAGS);
        return flags !== null && this.#answer(this.#negotiation.clientFlags(flags.readUInt32BE(0)));
      }
      case "option":
        return this.#beginOption();
      case "option payload": {
        const payload = this.#input.take(expected.length);
        if (payload === null) return false;
        return this.#answer(this.#negotiation.option(expected.option, payload));
      }
      case "skipped":
        expected.left -= this.#input.drop(expected.left);
        if (expected.left === 0) expected.then();
        return expected.left === 0;
      case "request":
        return this.#beginRequest();
      case "room":
        return this.#beginPayload(expected.request, expected.length);
      case "payload":
        expected.filled = this.#input.fill(expected.bytes, expected.filled);
        if (expected.filled < expected.bytes.length) return false;
        return this.#serve(expected.request, expected.bytes, expected.claim);
      case "nothing":
        return false;
    }
  }

  #beginOption(): boolean {
    const header = this.#input.take(OPTION_HEADER);
    if (header === null) return false;
    const option = header.readUInt32BE(8);
    const length = header.readUInt32BE(12);
    if (header.readBigUInt64BE(0) !== MAGIC.OPTION || length > PAYLOAD_MAX) {
      this.stop();
    } else if (length > OPTION_KEPT) {
      const then = () => this.#answer(this.#negotiation.option(option, null));
      this.#expected = { kind: "skipped", left: length, then };
    } else {
      this.#expected = { kind: "option payload", option, length };
    }
    return true;
  }

  #answer({ send, next }: Answer): boolean {
    if (send.length > 0) this.#peer.send(send);
    if (next === "option") {
      this.#expected = NEXT_OPTION;
    } else if (next === "end") {
      this.stop();
    } else if (next !== "tls") {
      this.#transmission = new Transmission(next, {
        reply: (parts, sent) => this.#reply(parts, sent),
        ended: () => this.#requestEnded(),
      });
      this.#expected = NEXT_REQUEST;
    } else if (this.#input.length > 0) {
      // Said in the clear after STARTTLS: by somebody who wants it taken for what comes protected.
      this.stop();
    } else {
      this.#expected = NOTHING;
      this.#peer.startTls();
    }
    return true;
  }

  #beginRequest(): boolean {
    const { transmission, style } = this.#current();
    const header = this.#input.take(requestHeaderLength(style));
    if (header === null) return false;
    const request = parseRequest(header, style);
    if (request === null || request.type === COMMAND.DISC) {
      this.stop();
      return true;
    }
    const length = payloadLength(request, style);
    const objection = objectionTo(request, transmission.agreement);
    if (objection === null) {
      this.#expected = { kind: "room", request, length };
    } else if (length > SKIPPED_MAX) {
      transmission.refuse(request, objection);
      this.stop();
    } else {
      // A client that still sends its payload does not expect to be answered.
      const then = () => {
        transmission.refuse(request, objection);
        this.#expected = NEXT_REQUEST;
      };
      this.#expected = { kind: "skipped", left: length, then };
    }
    return true;
  }

  #beginPayload(request: Request, length: number): boolean {
    const { transmission } = this.#current();
    const bytes = request.type === COMMAND.READ ? request.length : length;
    if (transmission.outstanding >= REQUESTS_MAX) return false;
    if (transmission.outstanding > 0 && transmission.bytes + bytes > BYTES_MAX) return false;
    const claim = this.#claim(bytes, transmission.outstanding);
    if (claim === null) return false;
    if (length === 0) return this.#serve(request, null, claim);
    this.#lastPayload = length;
    // Also what is there already is moved: a view would keep all that came in with it.
    this.#expected = { kind: "payload", request, claim, bytes: PAYLOADS.take(length), filled: 0 };
    return true;
  }

  /** What a request needs of the budget; null: that is not there yet. */
  #claim(bytes: number, outstanding: number): Claim | null {
    if (bytes === 0 || (bytes <= SMALL && outstanding === 0 && this.#claims === 0)) return NO_CLAIM;
    const granted = this.#granted;
    this.#granted = null;
    if (granted !== null || this.#giveUp !== null) return granted;
    const isModest = bytes <= MODEST && outstanding === 0 && this.#claims === 0;
    const whenGranted = () => {
      this.#giveUp = null;
      this.#granted = this.#claimed(bytes);
      this.resume();
    };
    this.#giveUp = this.#budget.take(bytes, whenGranted, isModest);
    return this.#giveUp === null ? this.#claimed(bytes) : null;
  }

  #claimed(bytes: number): Claim {
    this.#claims++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#claims--;
      this.#budget.give(bytes);
    };
  }

  #serve(request: Request, payload: Buffer | null, claim: Claim): boolean {
    const { transmission } = this.#current();
    this.#expected = NEXT_REQUEST;
    transmission.serve(request, payload, claim);
    return true;
  }

  #current() {
    const transmission = this.#transmission;
    if (transmission === null) throw new Error("a request before the end of the handshake");
    return { transmission, style: transmission.agreement.style };
  }

  #reply(parts: readonly Buffer[], sent?: () => void): void {
    if (!this.#gone) this.#peer.send(parts, sent);
    else sent?.();
  }

  #requestEnded(): void {
    if (this.#stopping) this.#endIfIdle();
    else this.resume();
  }

  #endIfIdle(): void {
    if (this.#ended || this.outstanding > 0) return;
    this.#ended = true;
    this.#peer.end();
  }
}
