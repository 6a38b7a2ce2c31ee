/**
 * An NBD server: sockets in front of the protocol (negotiation.ts, transmission.ts).
 *
 * A connection is read as long as its client has not too much under way; answers are written
 * together at the end of a turn of the event loop. Who does not come to the point in
 * {@link HANDSHAKE_MS} is let go, and so is everybody beyond {@link CONNECTIONS_MAX}.
 */
import fs from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { BlockgraphError } from "../error.ts";
import type { NbdExport } from "./export.ts";
import { Incoming } from "./incoming.ts";
import { type Agreement, Negotiation } from "./negotiation.ts";
import { removeStaleSocket } from "./stale-socket.ts";
import { Transmission } from "./transmission.ts";

/** A place to listen. */
export type NbdAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "inet"; readonly host: string; readonly port: number };

/** As QEMU's default of `max-connections`. */
const CONNECTIONS_MAX = 100;
/** As QEMU's `handshake-max-seconds`. */
const HANDSHAKE_MS = 10_000;

export class NbdServer {
  readonly #server: Server;
  readonly #exports = new Map<string, NbdExport>();
  readonly #connections = new Set<Connection>();

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
  }

  /** @throws BlockgraphError `graph-refused` in QEMU's words if there can be no socket there */
  static async listen(address: NbdAddress): Promise<NbdServer> {
    if (address.kind === "unix") await removeStaleSocket(address.path);
    const server = new NbdServer();
    const place =
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", (error) => reject(unusable(address, error)));
      server.#server.listen(place, resolve);
    });
    return server;
  }

  add(offered: NbdExport): void {
    this.#exports.set(offered.name, offered);
  }

  /** Clients of the export are told to go; resolves when their requests have ended. */
  async remove(name: string): Promise<void> {
    const offered = this.#exports.get(name);
    this.#exports.delete(name);
    const users = [...this.#connections].filter((each) => each.uses(offered));
    await Promise.all(users.map((each) => each.leave()));
  }

  /** how many clients use an export */
  clients(name: string): number {
    const offered = this.#exports.get(name);
    return [...this.#connections].filter((each) => each.uses(offered)).length;
  }

  /** Stops listening, and lets all clients go; resolves when their requests have ended. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#connections].map((each) => each.leave()));
    await closed;
  }

  #connected(socket: Socket): void {
    if (this.#connections.size >= CONNECTIONS_MAX) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, () => [...this.#exports.values()]);
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #incoming = new Incoming();
  readonly #negotiation: Negotiation;
  readonly #timer: NodeJS.Timeout;
  #agreement: Agreement | null = null;
  #transmission: Transmission | null = null;
  /** whether the client is to take nothing more than the answers to what is under way */
  #leaving = false;
  #corked = false;
  #idle: () => void = () => {};

  constructor(socket: Socket, exports: () => readonly NbdExport[]) {
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS).unref();
    this.#negotiation = new Negotiation({ exports, send: (bytes) => this.#send(bytes), tls: null });
    socket.on("data", (bytes) => {
      this.#incoming.push(bytes);
      this.#step();
    });
    // Who hangs up without a word has said enough: what was asked for is done all the same.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => clearTimeout(this.#timer));
    socket.on("drain", () => this.#readOn());
  }

  uses(offered: NbdExport | undefined): boolean {
    return offered !== undefined && this.#agreement?.offered === offered;
  }

  /** Takes no more requests, answers those under way, and hangs up. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#socket.pause();
    if ((this.#transmission?.underWay ?? 0) > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    const gone = new Promise<void>((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once("close", () => resolve());
    });
    this.#socket.destroySoon();
    // A client that reads nothing keeps nobody here.
    setTimeout(() => this.#socket.destroy(), HANDSHAKE_MS).unref();
    await gone;
  }

  #step(): void {
    if (this.#leaving || this.#socket.destroyed) return;
    if (this.#transmission === null) this.#negotiate();
    const transmission = this.#transmission;
    if (transmission !== null && !transmission.step(this.#incoming)) this.#socket.destroySoon();
    else this.#readOn();
  }

  #negotiate(): void {
    const progress = this.#negotiation.step(this.#incoming);
    if (progress === "going on") return;
    if (progress === "closed" || progress === "tls") {
      this.#socket.destroySoon();
      return;
    }
    clearTimeout(this.#timer);
    this.#agreement = progress;
    this.#transmission = new Transmission({
      agreement: progress,
      send: (bytes, sent) => this.#send(bytes, sent),
      ended: () => this.#ended(),
    });
  }

  #ended(): void {
    if (this.#leaving) {
      if (this.#transmission?.underWay === 0) this.#idle();
    } else if (this.#socket.isPaused()) setImmediate(() => this.#step());
  }

  /** Reads on, or not, as much as is under way or waits to be taken by the client. */
  #readOn(): void {
    const takes = this.#transmission?.takesMore ?? true;
    if (takes && !this.#socket.writableNeedDrain && !this.#leaving) this.#socket.resume();
    else this.#socket.pause();
  }

  #send(bytes: Uint8Array, sent: () => void = () => {}): void {
    if (!this.#socket.writable) {
      sent();
      return;
    }
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes, sent);
  }
}

/** What the C library says of addresses that cannot be listened on. */
const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ENOTDIR: "Not a directory",
};

function unusable(address: NbdAddress, error: Error): BlockgraphError {
  const given = "code" in error ? String(error.code) : error.message;
  // libuv says that a folder which is not there may not be entered.
  const isNowhere = address.kind === "unix" && !fs.existsSync(dirname(address.path));
  const code = given === "EACCES" && isNowhere ? "ENOENT" : given;
  const text = TEXTS[code] ?? code;
  const words =
    address.kind === "unix"
      ? `Failed to bind socket to ${address.path}: ${text}`
      : `Failed to find an available port: ${text}`;
  return new BlockgraphError("graph-refused", words);
}
