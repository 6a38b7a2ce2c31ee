/**
 * A client's end of a connection, before requests: bytes to be waited for, and bytes to send.
 */
import type { Socket } from "node:net";
import { ByteQueue } from "./byte-queue.ts";
import { beginTls, type ClientTls } from "./client-tls.ts";

interface Waiter {
  readonly length: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: Error) => void;
}

export class ClientConnection {
  readonly input = new ByteQueue();
  #socket: Socket;
  #waiter: Waiter | null = null;
  #failure: Error | null = null;
  #received: (() => void) | null = null;
  #corked = false;
  #lost: (reason: Error) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  /**
   * Goes on in TLS. Nothing may be waited for, and what the server has sent is answered.
   * @throws Error if the server cannot prove who it is, or does not want this client
   */
  async secure(tls: ClientTls): Promise<void> {
    if (this.input.length > 0) throw new Error("it breaks the protocol");
    const plain = this.#socket;
    plain.removeAllListeners("data");
    const secured = await beginTls(plain, tls);
    this.#socket = secured;
    this.#attach(secured);
    if (this.#failure !== null) secured.destroy();
  }

  #attach(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => {
      this.input.push(chunk);
      this.#serveWaiter();
      this.#received?.();
    });
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("the server hung up")));
  }

  /** Resolves with the next bytes, of which there are to be that many. One call at a time. */
  take(length: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiter = { length, resolve, reject };
      this.#serveWaiter();
    });
  }

  /** Sends bytes. What is sent in one tick leaves in one system call. */
  send(...parts: readonly Uint8Array[]): void {
    if (this.#failure !== null) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    for (const part of parts) this.#socket.write(part);
  }

  /**
   * From now on nobody waits any more.
   *
   * @param received called whenever `input` has got more, and once at first
   * @param lost called once, when the connection has failed
   */
  hand(received: () => void, lost: (reason: Error) => void): void {
    this.#received = received;
    this.#lost = lost;
    if (this.#failure === null) received();
    else lost(this.#failure);
  }

  /** Lets go of the connection, for a reason. */
  fail(reason: Error): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    this.#socket.destroy();
    this.#waiter?.reject(reason);
    this.#received = null;
    this.#lost(reason);
  }

  /** Sends the last bytes and hangs up. */
  end(last: Uint8Array): void {
    this.#failure ??= new Error("closed");
    this.#received = null;
    this.#socket.end(last, () => this.#socket.destroy());
  }

  #serveWaiter(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    if (this.#failure !== null) {
      this.#waiter = null;
      waiter.reject(this.#failure);
      return;
    }
    const bytes = this.input.take(waiter.length);
    if (bytes === null) return;
    this.#waiter = null;
    waiter.resolve(bytes);
  }
}
