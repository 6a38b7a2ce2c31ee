/**
 * An NBD server: listens, and offers exports that may come and go while it runs.
 *
 * Any number of clients on any number of addresses use the same exports; each connection has a
 * session of its own. The server neither knows nor orders what they do: that is the export's part.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { BlockgraphError } from "../error.ts";
import { Connection, type StartTls } from "./connection.ts";
import type { NbdExport } from "./export.ts";
import { ExportList } from "./export-list.ts";
import { PayloadBudget } from "./payload-budget.ts";

/** Where to listen: at a path in the file system, or at a port; port 0 means any that is free. */
export type ListenAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

export interface NbdServerOptions {
  /** connections at a time; who comes beyond is hung up on. Default: 256 */
  readonly maxConnections?: number;
  /** begins TLS, which every client then has to ask for; default: none */
  readonly startTls?: StartTls | null;
  /** bytes that payloads of all connections may take together. Default: 256 MiB */
  readonly payloadBytes?: number;
  /** ms in which who keeps others waiting for that has to send, or fetch, a good part of it */
  readonly patience?: number;
  /** ms in which a client has to choose an export. Default: 10,000 */
  readonly handshakePatience?: number;
}

/** What becomes of the clients of an export that is removed (QEMU `block-export-del`, `mode`). */
export type RemovalMode = "safe" | "hard";

const MAX_CONNECTIONS = 256;
const PATIENCE = 10_000;
/** bytes that have to move in that time */
const GOOD_PART = 1024 * 1024;

export class NbdServer {
  readonly #exports = new ExportList();
  readonly #connections = new Set<Connection>();
  readonly #listeners: Server[] = [];
  readonly #maxConnections: number;
  readonly #startTls: StartTls | null;
  readonly #budget: PayloadBudget;
  readonly #patience: number;
  readonly #handshakePatience: number;
  /** looks whether somebody keeps the others waiting; null: nobody is connected */
  #watch: NodeJS.Timeout | null = null;
  /** what had moved through each connection when it was looked last */
  #moved = new Map<Connection, number>();
  #closing = false;
  #quieter: () => void = () => {};

  constructor(options: NbdServerOptions = {}) {
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#startTls = options.startTls ?? null;
    this.#budget = new PayloadBudget(options.payloadBytes);
    this.#patience = options.patience ?? PATIENCE;
    this.#handshakePatience = options.handshakePatience ?? PATIENCE;
  }

  /** connections there are, with those that have gone while requests of theirs were in flight */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Begins to listen at an address, besides those where it does already.
   *
   * @returns the address, with the port that was found free
   * @throws BlockgraphError `bad-argument`: the address is in use, or is none of this machine
   */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    // A client that says no more may still be waiting for replies: hence half-open.
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#connect(socket),
    );
    const listening = once(listener, "listening");
    listener.listen({ ...address });
    try {
      await listening;
    } catch (error) {
      const place = "path" in address ? address.path : `${address.host}:${address.port}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new BlockgraphError(
        "bad-argument",
        `cannot offer NBD exports at ${place}: ${reason}; choose another address`,
        { cause: error },
      );
    }
    // Later errors are those of single connections that could not be accepted.
    listener.on("error", () => {});
    this.#listeners.push(listener);
    return "path" in address ? address : { ...address, port: portOf(listener.address()) };
  }

  /**
   * Offers an export.
   *
   * @throws BlockgraphError `bad-argument`: the name is taken, or the export contradicts itself
   */
  add(added: NbdExport): void {
    this.#exports.add(added);
  }

  /**
   * Withdraws an export. Resolves when no request of it is in flight any more.
   *
   * @param mode `safe`: refuse while it has clients; `hard`: hang up on them
   * @throws BlockgraphError `bad-argument`: there is no such export; it has clients
   */
  async remove(name: string, mode: RemovalMode): Promise<void> {
    const found = this.#exports.find(name);
    const users = () => [...this.#connections].filter(({ session }) => session.export === found);
    if (mode === "safe" && found !== undefined && users().length > 0) {
      throw new BlockgraphError(
        "bad-argument",
        `NBD export '${name}' is in use by ${users().length} clients: ` +
          "let them disconnect, or remove it hard",
      );
    }
    this.#exports.remove(name);
    for (const connection of users()) connection.destroy();
    await this.#until(() => users().length === 0);
  }

  /** How many clients use an export. */
  clients(name: string): number {
    const found = this.#exports.find(name);
    if (found === undefined) return 0;
    return [...this.#connections].filter(({ session }) => session.export === found).length;
  }

  /**
   * Stops to listen and to begin requests, and resolves when those in flight are answered and all
   * connections have ended.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = this.#listeners.splice(0).map((listener) => {
      const end = once(listener, "close");
      listener.close();
      return end;
    });
    for (const { session } of this.#connections) session.stop();
    await this.#until(() => this.#connections.size === 0);
    await Promise.all(closed);
  }

  #connect(socket: Socket): void {
    if (this.#closing || this.#connections.size >= this.#maxConnections) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this.#exports, {
      startTls: this.#startTls,
      budget: this.#budget,
      handshakePatience: this.#handshakePatience,
      closed: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#unwatch();
        this.#quieter();
      },
    });
    this.#connections.add(connection);
    this.#watch ??= setInterval(() => this.#look(), this.#patience).unref();
  }

  /**
   * Hangs up on who takes memory that others wait for, and makes no use of it. As long as nobody
   * waits, a client may be as slow as it likes.
   */
  #look(): void {
    const before = this.#moved;
    this.#moved = new Map();
    for (const connection of [...this.#connections]) {
      if (!connection.session.occupies) continue;
      const moved = before.get(connection) ?? Number.NEGATIVE_INFINITY;
      if (this.#budget.contended && connection.moved - moved < GOOD_PART) connection.destroy();
      else this.#moved.set(connection, connection.moved);
    }
  }

  #unwatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    this.#moved.clear();
  }

  /** Resolves when a condition holds that the end of a connection can bring about. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const others = this.#quieter;
        this.#quieter = () => {
          this.#quieter = () => {};
          others();
          resolve();
        };
      });
    }
  }
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
