/**
 * QMP on a unix socket: connections that come and go, each a protocol of its own
 * (qmp-connection.ts).
 *
 * Whoever may write to the socket may do everything; the file is made for its owner only. A client
 * that does not read is not read from either, and let go if it misses too many events.
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

export interface QmpServerOptions {
  readonly path: string;
  readonly version: JsonObject;
  execute(command: JsonObject): Promise<QmpResult>;
}

export class QmpServer {
  readonly #server: Server;
  readonly #options: QmpServerOptions;
  readonly #connections = new Map<Socket, QmpConnection>();

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

  /** Tells all who have negotiated. @param milliseconds since 1970 */
  event(name: string, data: JsonObject, milliseconds: number): void {
    for (const connection of this.#connections.values()) {
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
      },
    });
    this.#connections.set(socket, connection);
    const isFull = () => connection.pending >= PENDING_MAX || socket.writableNeedDrain;
    const goOn = () => {
      if (!isFull()) socket.resume();
    };
    socket.on("data", (bytes) => {
      connection.receive(bytes);
      if (!isFull()) return;
      socket.pause();
      void connection.answered.then(goOn);
    });
    socket.on("drain", goOn);
    // A client that is gone takes nothing with it; what it asked for is done all the same.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
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
