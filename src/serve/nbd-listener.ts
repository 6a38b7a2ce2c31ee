/**
 * An NBD server that listens somewhere, as whoever has something to offer uses it.
 */
import type { NbdExport } from "../nbd/export.ts";

export interface NbdListener {
  add(offered: NbdExport): void;
  /** Clients of the export are told to go; resolves when their requests have ended. */
  remove(name: string): Promise<void>;
  /** how many clients use an export */
  clients(name: string): number;
  /** Stops listening, and lets all clients go; resolves when their requests have ended. */
  close(): Promise<void>;
}
