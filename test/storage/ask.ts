/**
 * A storage request as a promise, for tests that ask one thing after the other.
 */
import type { Storage, StorageOutcome } from "../../src/storage/storage.ts";
import type { StorageOperation } from "../../src/vocabulary.ts";

/** Submits the request; it needs a kick by the caller. */
export function ask(
  storage: Storage,
  operation: StorageOperation,
  offset = 0,
  length = 0,
  buffer: Uint8Array | null = null,
): Promise<StorageOutcome> {
  return new Promise((done) => {
    storage.submit({ operation, offset, length, buffer, done });
  });
}

/** Submits the request and kicks. */
export function askNow(...parameters: Parameters<typeof ask>): Promise<StorageOutcome> {
  const outcome = ask(...parameters);
  parameters[0].kick();
  return outcome;
}

export const OK: StorageOutcome = { errno: null, status: null, bytes: 0 };
