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
import type { Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import type { StartTls } from "./connection.ts";
import { contentOf, PSK_CIPHERS, pskKeys, unusable } from "./tls-folder.ts";

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
  const keys = pskKeys(folder);
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
