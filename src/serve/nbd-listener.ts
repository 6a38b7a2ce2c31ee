/**
 * An NBD server that listens somewhere, as whoever has something to offer uses it.
 */
import fs from "node:fs";
import { dirname } from "node:path";
import { BlockgraphError } from "../error.ts";
import type { StartTls } from "../nbd/connection.ts";
import type { NbdExport } from "../nbd/export.ts";
import { NbdServer } from "../nbd/server.ts";
import { type ClientLimits, type NbdAddress, USUAL_LIMITS } from "./nbd-address.ts";
import { removeStaleSocket } from "./stale-socket.ts";
import { systemText } from "./system-text.ts";

export class NbdListener {
  readonly #server: NbdServer;
  /** where it listens; the port is the one that was found */
  readonly address: NbdAddress;

  private constructor(server: NbdServer, address: NbdAddress) {
    this.#server = server;
    this.address = address;
  }

  /**
   * @param startTls default: clients speak in the clear
   * @param limits default: as `nbd-server-start` has them
   * @throws BlockgraphError `graph-refused` in QEMU's words if there can be no socket there
   */
  static async listen(
    address: NbdAddress,
    startTls: StartTls | null = null,
    limits: ClientLimits = USUAL_LIMITS,
  ): Promise<NbdListener> {
    if (address.kind === "unix") await removeStaleSocket(address.path);
    const server = new NbdServer({ ...limits, startTls });
    try {
      const given = address.kind === "unix" ? { path: address.path } : address;
      const bound = await server.listen(given);
      return new NbdListener(server, "port" in bound ? { kind: "inet", ...bound } : address);
    } catch (error) {
      if (!(error instanceof BlockgraphError)) throw error;
      throw unusable(address, error);
    }
  }

  add(offered: NbdExport): void {
    this.#server.add(offered);
  }

  /** Clients of the export are hung up on; resolves when their requests have ended. */
  remove(name: string): Promise<void> {
    return this.#server.remove(name, "hard");
  }

  /** how many clients use an export */
  clients(name: string): number {
    return this.#server.clients(name);
  }

  /** Stops listening, and lets all clients go; resolves when their requests have ended. */
  close(): Promise<void> {
    return this.#server.close();
  }
}

function unusable(address: NbdAddress, { cause, message }: BlockgraphError): BlockgraphError {
  const given = cause instanceof Error && "code" in cause ? String(cause.code) : message;
  // libuv says that a folder which is not there may not be entered.
  const isNowhere = address.kind === "unix" && !fs.existsSync(dirname(address.path));
  const text = systemText(given === "EACCES" && isNowhere ? "ENOENT" : given) ?? given;
  const words =
    address.kind === "unix"
      ? `Failed to bind socket to ${address.path}: ${text}`
      : `Failed to find an available port: ${text}`;
  return new BlockgraphError("graph-refused", words);
}
