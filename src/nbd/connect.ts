/**
 * The way to an export: a connection, and what was agreed on it.
 */
import { createConnection, type NetConnectOpts } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ClientConnection } from "./client-connection.ts";
import { clientHandshake, type Offer } from "./client-handshake.ts";
import { ClientRequests } from "./client-requests.ts";
import type { ClientTls } from "./client-tls.ts";
import type { ListenAddress } from "./server.ts";
import { StoragePieces } from "./storage-pieces.ts";

/** An export of a server. */
export interface NbdTarget {
  /** where the server listens */
  readonly address: ListenAddress;
  readonly exportName: string;
  /** null: in the clear */
  readonly tls: ClientTls | null;
}

export interface Connected {
  readonly offer: Offer;
  readonly pieces: StoragePieces;
}

/** ms in which a server has to take a client in */
const PATIENCE = 10_000;
/** ms between two attempts */
export const RETRY_MS = 1000;

/** @throws Error: of the system, or of the handshake */
export async function connectExport({ address, exportName, tls }: NbdTarget): Promise<Connected> {
  const options: NetConnectOpts = "path" in address ? address : { ...address, noDelay: true };
  const connection = new ClientConnection(createConnection(options));
  const late = () => connection.fail(new Error("it does not answer"));
  const timer = setTimeout(late, PATIENCE);
  try {
    const offer = await clientHandshake(connection, exportName, tls);
    const requests = new ClientRequests(connection, offer.structured, offer.allocation);
    return { offer, pieces: new StoragePieces(requests, offer) };
  } catch (error) {
    connection.fail(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Connects, and tries again while the time is not over.
 * @param within ms
 * @throws as the last attempt
 */
export async function connectWithin(target: NbdTarget, within: number): Promise<Connected> {
  for (let left = within; ; left -= RETRY_MS) {
    try {
      return await connectExport(target);
    } catch (error) {
      if (left <= 0) throw error;
      await pause(Math.min(left, RETRY_MS));
    }
  }
}
