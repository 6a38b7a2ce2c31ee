/**
 * TLS for an NBD server, with credentials as QEMU keeps them: a folder with files of fixed names
 * (`tls-creds-x509` and `tls-creds-psk`, their option `dir`).
 *
 * X.509: `ca-cert.pem`, `server-cert.pem`, `server-key.pem`; a client has to show a certificate
 * that the authority has signed, unless `verifyPeer` is false. PSK: `keys.psk`, a line `name:key`
 * for each client, the key in hexadecimal, as GnuTLS's psktool writes it.
 *
 * Not here: revocation lists, and rules about which of the clients verified may do what.
 */
import fs from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createServer, type TlsOptions } from "node:tls";
import { BlockgraphError } from "../error.ts";
import type { StartTls } from "./connection.ts";

/** Every suite that proves the shared key and encrypts: for TLS 1.3, and by exchange for 1.2. */
const PSK_CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "kECDHEPSK",
  "kDHEPSK",
  "kPSK",
  "!eNULL",
  "!3DES",
  "!RC4",
].join(":");

/**
 * Credentials with certificates.
 *
 * @param folder where the three files are
 * @param verifyPeer whether a client needs a certificate too (QEMU `verify-peer`)
 * @throws BlockgraphError `bad-argument`: a file is missing, or is not what its name says
 */
export function certificateTls(folder: string, verifyPeer = true): StartTls {
  return startTls(folder, {
    ca: contentOf(folder, "ca-cert.pem"),
    cert: contentOf(folder, "server-cert.pem"),
    key: contentOf(folder, "server-key.pem"),
    requestCert: verifyPeer,
    rejectUnauthorized: verifyPeer,
  });
}

/**
 * Credentials with keys that clients share with the server.
 *
 * @param folder where `keys.psk` is
 * @throws BlockgraphError `bad-argument`: it is missing or malformed
 */
export function sharedKeyTls(folder: string): StartTls {
  const keys = new Map<string, Buffer>();
  for (const line of contentOf(folder, "keys.psk").split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, key] = /^([^:]+):((?:[0-9a-f]{2})+)\s*$/i.exec(line) ?? [];
    if (name === undefined || key === undefined) {
      throw unusable(folder, "a line of keys.psk is not a name, a colon and a hexadecimal key");
    }
    keys.set(name, Buffer.from(key, "hex"));
  }
  return startTls(folder, {
    ciphers: PSK_CIPHERS,
    pskIdentityHint: "",
    pskCallback: (_, identity) => keys.get(identity) ?? null,
  });
}

function startTls(folder: string, options: TlsOptions): StartTls {
  // Once to find out whether the files will do.
  makeServer(folder, options);
  return (socket: Socket, begun) => {
    // A server of its own for each client, which never listens: to tell whose handshake ended.
    const server = makeServer(folder, options);
    server.on("secureConnection", begun);
    server.on("tlsClientError", () => socket.destroy());
    server.emit("connection", socket);
  };
}

function makeServer(folder: string, options: TlsOptions) {
  try {
    return createServer({ ...options, minVersion: "TLSv1.2", allowHalfOpen: true });
  } catch (error) {
    throw unusable(folder, error instanceof Error ? error.message : String(error), error);
  }
}

function contentOf(folder: string, name: string): string {
  try {
    return fs.readFileSync(join(folder, name), "utf8");
  } catch (error) {
    throw unusable(folder, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(folder: string, reason: string, cause?: unknown): BlockgraphError {
  return new BlockgraphError(
    "bad-argument",
    `TLS credentials in ${folder} cannot be used: ${reason}; see QEMU's manual on how to make them`,
    { cause },
  );
}
