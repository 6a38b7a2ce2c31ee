/**
 * QMP on a unix socket: connections that come and go, each a protocol of its own
 * (qmp-connection.ts).
 *
 * Whoever may write to the socket may do everything; the file is made for its owner only.
 */
import fs from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { BlockgraphError } from "../error.ts";
import type { JsonObject } from "../graph/graph.ts";
import { QmpConnection, type QmpResult } from "./qmp-connection.ts";
import { removeStaleSocket } from "./stale-socket.ts";

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
      },
    });
    this.#connections.set(socket, connection);
    socket.on("data", (bytes) => {
      try {
        connection.receive(bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        socket.destroy();
      }
    });
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
