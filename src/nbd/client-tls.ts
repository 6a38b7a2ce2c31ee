/**
 * TLS for an NBD client, with credentials as QEMU keeps them: a folder with files of fixed names
 * (`tls-creds-x509` and `tls-creds-psk` with `endpoint=client`).
 *
 * X.509: `ca-cert.pem`, and if the server wants to know who the client is, `client-cert.pem` and
 * `client-key.pem`. The server's certificate has to be signed by the authority, and to be for the
 * name that the client expects. PSK: the line of `keys.psk` that begins with the user's name.
 */
import fs from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { contentOf, PSK_CIPHERS, pskKeys, unusable } from "./tls-folder.ts";

/** Begins TLS on a socket. Rejects if the two do not agree; the socket is of no use then. */
export type ClientTls = (socket: Socket) => Promise<Socket>;

/** Credentials of a client, for a server of some name; null: it is reached by a path. */
export type ClientCredentials = (hostname: string | null) => ClientTls;

/**
 * Credentials with certificates.
 *
 * @param folder where the files are
 * @param verifyPeer whether the server has to prove who it is (QEMU `verify-peer`)
 * @throws BlockgraphError `bad-argument`: a file is missing
 */
export function certificateClient(folder: string, verifyPeer = true): ClientCredentials {
  const ca = contentOf(folder, "ca-cert.pem");
  const own = fs.existsSync(join(folder, "client-cert.pem"))
    ? { cert: contentOf(folder, "client-cert.pem"), key: contentOf(folder, "client-key.pem") }
    : {};
  return (hostname) => {
    if (!verifyPeer) return begin({ ca, ...own, rejectUnauthorized: false });
    // Without a name anybody would do whose certificate the authority has signed.
    if (hostname === null) return () => Promise.reject(new Error(NO_HOSTNAME));
    return begin({ ca, ...own, host: hostname, ...serverName(hostname) });
  };
}

const NO_HOSTNAME = "No hostname for certificate validation";

/** An address is no name that could be told to the server. */
function serverName(hostname: string): ConnectionOptions {
  return /^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname };
}

/**
 * Credentials with a key that is shared with the server.
 *
 * @param folder where `keys.psk` is
 * @param username whose key it is (QEMU `username`)
 * @throws BlockgraphError `bad-argument`: the file is missing or malformed, or has no such key
 */
export function sharedKeyClient(folder: string, username = "qemu"): ClientCredentials {
  const psk = pskKeys(folder).get(username);
  if (psk === undefined) throw unusable(folder, `keys.psk has no key of '${username}'`);
  const options: ConnectionOptions = {
    ciphers: PSK_CIPHERS,
    pskCallback: () => ({ psk, identity: username }),
    // Whoever has the key is the server.
    checkServerIdentity: () => undefined,
  };
  return () => begin(options);
}

function begin(options: ConnectionOptions): ClientTls {
  return (socket) =>
    new Promise((resolve, reject) => {
      const secured = connect({ ...options, socket, minVersion: "TLSv1.2" });
      const closed = () => reject(new Error("the server hung up"));
      secured.once("error", reject);
      secured.once("close", closed);
      secured.once("secureConnect", () => {
        secured.off("error", reject);
        secured.off("close", closed);
        resolve(secured);
      });
    });
}
