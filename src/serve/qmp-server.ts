/**
 * QMP on a unix socket: connections that come and go, each a protocol of its own
 * (qmp-connection.ts).
 *
 * Whoever may write to the socket may do everything; the file is made for its owner only. A client
 * that does not read is not read from either, and let go if it misses too many events. What all
 * clients together have begun to say and not ended, and have not read, has a limit as well: who
 * goes over it is let go.
 */
import fs from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { BlockgraphError } from "../error.ts";
import type { JsonObject } from "../graph/graph.ts";
import { QmpConnection, type QmpResult } from "./qmp-connection.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** documents of a client that wait for their answers before no more of it is read, as in QEMU */
const PENDING_MAX = 8;
/** bytes that may wait for a client to read them */
const UNREAD_MAX = 16 * 1024 * 1024;

/** the same of all clients, with characters of documents that have not ended */
const HELD_MAX = 256 * 1024 * 1024;

export interface QmpServerOptions {
  readonly path: string;
  readonly version: JsonObject;
  execute(command: JsonObject): Promise<QmpResult>;
  /** bytes and characters that may be kept for all clients together. Default: 256 MiB */
  readonly heldMax?: number;
}

interface Client {
  readonly connection: QmpConnection;
  /** what is kept for it, as it was counted last */
  held: number;
}

export class QmpServer {
  readonly #server: Server;
  readonly #options: QmpServerOptions;
  readonly #connections = new Map<Socket, Client>();
  #held = 0;

  private constructor(options: QmpServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  /** @throws BlockgraphError `bad-argument` if there can be no socket there */
  static async listen(options: QmpServerOptions): Promise<QmpServer> {
    await removeStaleSocket(options.path);
    const server = new QmpServer(options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", (error) => reject(unusable(options.path, error)));
      server.#server.listen(options.path, resolve);
    });
    fs.chmodSync(options.path, 0o600);
    return server;
  }

  /** Clients that there are. */
  get clients(): number {
    return this.#connections.size;
  }

  /** Bytes and characters that are kept for them. */
  get held(): number {
    return this.#held;
  }

  /** Tells all who have negotiated. @param milliseconds since 1970 */
  event(name: string, data: JsonObject, milliseconds: number): void {
    for (const { connection } of [...this.#connections.values()]) {
      connection.event(name, data, milliseconds);
    }
  }

  /** Takes no more connections, and ends those that there are. */
  close(): Promise<void> {
    for (const socket of this.#connections.keys()) socket.end();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#connections.keys()) socket.destroySoon();
    });
  }

  #connected(socket: Socket): void {
    const { version, execute } = this.#options;
    const connection = new QmpConnection({
      version,
      execute,
      send: (document) => {
        if (socket.writable) socket.write(`${JSON.stringify(document)}\r\n`);
        if (socket.writableLength > UNREAD_MAX) socket.destroy();
        this.#count(socket);
      },
    });
    this.#connections.set(socket, { connection, held: 0 });
    const isFull = () => connection.pending >= PENDING_MAX || socket.writableNeedDrain;
    const goOn = () => {
      if (!isFull()) socket.resume();
    };
    socket.on("data", (bytes) => {
      connection.receive(bytes);
      this.#count(socket);
      if (!isFull()) return;
      socket.pause();
      void connection.answered.then(goOn);
    });
    socket.on("drain", () => {
      this.#count(socket);
      goOn();
    });
    // A client that is gone takes nothing with it; what it asked for is done all the same.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#forget(socket));
  }

  /** Counts what is kept for a client, and lets it go if that is too much for all together. */
  #count(socket: Socket): void {
    const client = this.#connections.get(socket);
    if (client === undefined) return;
    const held = client.connection.held + socket.writableLength;
    this.#held += held - client.held;
    client.held = held;
    const { heldMax = HELD_MAX } = this.#options;
    if (this.#held <= heldMax) return;
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#held -= this.#connections.get(socket)?.held ?? 0;
    this.#connections.delete(socket);
  }
}

function unusable(path: string, error: Error): BlockgraphError {
  const code = "code" in error ? String(error.code) : error.message;
  const remedy =
    code === "EADDRINUSE"
      ? "something is there already; remove the file if nobody listens on it, or name another"
      : "name a path in a folder that can be written to";
  return new BlockgraphError("bad-argument", `${path}: no socket there (${code}); ${remedy}`);
}
