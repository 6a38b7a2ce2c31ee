/**
 * The folders in which QEMU keeps credentials for TLS: what is in their files, for both ends.
 */
import fs from "node:fs";
import { join } from "node:path";
import { BlockgraphError } from "../error.ts";

/** Every suite that proves a shared key and encrypts: for TLS 1.3, and by exchange for 1.2. */
export const PSK_CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "kECDHEPSK",
  "kDHEPSK",
  "kPSK",
  "!eNULL",
  "!3DES",
  "!RC4",
].join(":");

/** The keys of `keys.psk`, by the names of who has them. @throws BlockgraphError `bad-argument` */
export function pskKeys(folder: string): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const line of contentOf(folder, "keys.psk").split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, key] = /^([^:]+):((?:[0-9a-f]{2})+)\s*$/i.exec(line) ?? [];
    if (name === undefined || key === undefined) {
      throw unusable(folder, "a line of keys.psk is not a name, a colon and a hexadecimal key");
    }
    keys.set(name, Buffer.from(key, "hex"));
  }
  return keys;
}

/** @throws BlockgraphError `bad-argument` if there is no such file */
export function contentOf(folder: string, name: string): string {
  try {
    return fs.readFileSync(join(folder, name), "utf8");
  } catch (error) {
    throw unusable(folder, error instanceof Error ? error.message : String(error), error);
  }
}

export function unusable(folder: string, reason: string, cause?: unknown): BlockgraphError {
  return new BlockgraphError(
    "bad-argument",
    `TLS credentials in ${folder} cannot be used: ${reason}; see QEMU's manual on how to make them`,
    { cause },
  );
}
