/**
 * A session on a socket.
 *
 * Replies that are made in the same tick leave in one system call. Nothing is read while the
 * session has more than it can deal with, so that a client's flood waits in the kernel and then in
 * the client.
 */
import type { Socket } from "node:net";
import { directSocket } from "./direct-socket.ts";
import { Inlet } from "./inlet.ts";
import type { Catalog } from "./negotiation.ts";
import type { PayloadBudget } from "./payload-budget.ts";
import { type Peer, Session } from "./session.ts";

/** Begins TLS on a socket: calls back with the protected one, or destroys the socket. */
export type StartTls = (socket: Socket, begun: (secured: Socket) => void) => void;

/** ms; Node takes longer ones for none at all */
const LONGEST_TIMER = 2 ** 31 - 1;
/** ms in which a client has to fetch what was sent before the end */
const FAREWELL_PATIENCE = 10_000;
/** ms in which it then has to hang up */
const HANG_UP_PATIENCE = 1_000;

export interface ConnectionOptions {
  /** null: there are no credentials */
  readonly startTls: StartTls | null;
  /** of all connections together */
  readonly budget: PayloadBudget;
  /** ms in which a client has to choose an export; more than 24 days are for ever */
  readonly handshakePatience: number;
  /** Called once, when the connection has gone and its last request has ended. */
  closed(): void;
}

export class Connection implements Peer {
  readonly session: Session;
  readonly #startTls: StartTls | null;
  readonly #closed: () => void;
  #socket: Socket;
  readonly #plain: Socket;
  #timer: NodeJS.Timeout | undefined;
  #corked = false;
  /** the session will send no more */
  #ended = false;
  /** the socket is no more */
  #gone = false;

  /** Greets the client. */
  constructor(socket: Socket, catalog: Catalog, options: ConnectionOptions) {
    const { startTls, budget, handshakePatience } = options;
    const inlet = new Inlet();
    this.#plain = (startTls === null ? directSocket(socket, inlet) : null) ?? socket;
    this.#socket = this.#plain;
    this.#startTls = startTls;
    this.#closed = () => options.closed();
    if (handshakePatience <= LONGEST_TIMER) {
      this.#timer = setTimeout(() => {
        if (this.session.export === null) this.destroy();
      }, handshakePatience);
    }
    this.session = new Session(this, catalog, startTls !== null, budget);
    inlet.lead(this.session);
    this.#attach(this.#socket);
  }

  /** bytes that have gone through the connection, in and out */
  get moved(): number {
    return this.#plain.bytesRead + this.#plain.bytesWritten - this.#plain.writableLength;
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  send(parts: readonly Buffer[], sent?: () => void): void {
    if (!this.#corked) {
      const socket = this.#socket;
      this.#corked = true;
      socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    for (const [index, part] of parts.entries()) {
      this.#socket.write(part, index === parts.length - 1 ? sent : undefined);
    }
  }

  startTls(): void {
    const plain = this.#socket;
    if (this.#startTls === null) throw new Error("TLS was agreed on without credentials");
    const startTls = this.#startTls;
    plain.pause();
    plain.removeAllListeners("data");
    // Behind the reply that was corked, which is the last thing said in the clear.
    process.nextTick(() => {
      if (this.#gone) return;
      startTls(plain, (secured) => {
        if (this.#gone) {
          secured.destroy();
          return;
        }
        this.#socket = secured;
        this.#attach(secured);
        this.session.tlsBegun();
      });
    });
  }

  listen(on: boolean): void {
    if (on) this.#socket.resume();
    else this.#socket.pause();
  }

  end(): void {
    this.#ended = true;
    if (this.#gone) {
      this.#closed();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.destroy(), FAREWELL_PATIENCE);
    // What the client still sends is read and dropped: unread, it would make the system reset the
    // connection, and the last replies could be lost.
    this.#socket.resume();
    this.#socket.end(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.destroy(), HANG_UP_PATIENCE);
    });
  }

  /** Lets go of the connection at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #attach(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => this.session.receive(chunk));
    socket.on("drain", () => this.session.resume());
    // A client that says no more may still be waiting for replies.
    socket.on("end", () => this.session.finish());
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.#leave());
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#timer);
    if (this.#ended) this.#closed();
    else this.session.abandon();
  }
}
