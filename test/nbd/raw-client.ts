/**
 * A client that sends whatever a test wants sent, to whatever server, one request at a time.
 */
import { createConnection, type Socket } from "node:net";
import type { HeaderStyle } from "../../src/nbd/constants.ts";
import * as wire from "./wire.ts";

/** The replies to the options of {@link wire.handshake} are over with the ACK of GO. */
const GO = 7;
const ACK = 1;

export class RawClient {
  readonly #socket: Socket;
  readonly #style: HeaderStyle;
  #received = Buffer.alloc(0);
  #closed = false;
  #changed = (): void => {};

  private constructor(socket: Socket, style: HeaderStyle) {
    this.#socket = socket;
    this.#style = style;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
      this.#changed();
    });
  }

  /** Connects and agrees on an export. */
  static async open(
    path: string,
    style: HeaderStyle,
    contexts: readonly string[],
  ): Promise<RawClient> {
    const client = new RawClient(createConnection(path), style);
    client.#socket.write(wire.handshake(style, "", contexts));
    await client.#take((cursor) => wire.takeGreeting(cursor));
    for (;;) {
      const answer = await client.#take(wire.takeOptionAnswer);
      if (answer === null) throw new Error("the server hung up during the handshake");
      if (answer.option === GO && answer.type === ACK) return client;
    }
  }

  /** Says all that as the first thing, and resolves with the replies to options until the end. */
  static async say(path: string, bytes: Buffer): Promise<wire.OptionAnswer[]> {
    const client = new RawClient(createConnection(path), "simple");
    client.#socket.write(bytes);
    await client.#take((cursor) => wire.takeGreeting(cursor));
    const answers: wire.OptionAnswer[] = [];
    for (;;) {
      const answer = await client.#take(wire.takeOptionAnswer);
      if (answer === null) return answers;
      answers.push(answer);
    }
  }

  /** Sends a request. Resolves with the reply, or with null if the server hangs up instead. */
  async ask(asked: wire.TestRequest): Promise<wire.Answered | null> {
    this.#socket.write(wire.request(this.#style, asked));
    const length = wire.isRead(asked.type) ? Number(asked.length) : 0;
    return this.#take((cursor) => wire.takeReply(cursor, this.#style, () => length));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What can be taken from the front, as soon as all of it is there. */
  async #take<T>(take: (cursor: wire.Cursor) => T): Promise<T | null> {
    for (;;) {
      const cursor = new wire.Cursor(this.#received);
      try {
        const taken = take(cursor);
        this.#received = this.#received.subarray(this.#received.length - cursor.left);
        return taken;
      } catch (error) {
        if (!(error instanceof wire.TooShort)) throw error;
      }
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}
