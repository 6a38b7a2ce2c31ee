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

/** What TLS with one server begins with: plain data, so that another thread can be given it. */
export type ClientTls =
  | {
      readonly kind: "certificates";
      /** what the files have, as PEM; own: what shows who the client is, if it has that */
      readonly ca: string;
      readonly own: { readonly cert: string; readonly key: string } | null;
      /** whether the server has to prove who it is */
      readonly verifyPeer: boolean;
      /** the name that it has to have; null: none is known */
      readonly hostname: string | null;
    }
  | { readonly kind: "shared-key"; readonly psk: Uint8Array; readonly username: string };

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
    : null;
  return (hostname) => ({ kind: "certificates", ca, own, verifyPeer, hostname });
}

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
  return () => ({ kind: "shared-key", psk, username });
}

/** Begins TLS on a socket. Rejects if the two do not agree; the socket is of no use then. */
export function beginTls(socket: Socket, tls: ClientTls): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Without a name anybody would do whose certificate the authority has signed.
    if (tls.kind === "certificates" && tls.verifyPeer && tls.hostname === null) {
      throw new Error("No hostname for certificate validation");
    }
    const secured = connect({ ...optionsOf(tls), socket, minVersion: "TLSv1.2" });
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

function optionsOf(tls: ClientTls): ConnectionOptions {
  if (tls.kind === "shared-key") {
    const { psk, username: identity } = tls;
    return {
      ciphers: PSK_CIPHERS,
      pskCallback: () => ({ psk, identity }),
      // Whoever has the key is the server.
      checkServerIdentity: () => undefined,
    };
  }
  const { ca, own, verifyPeer, hostname } = tls;
  const certificates = { ca, ...own };
  if (!verifyPeer || hostname === null) return { ...certificates, rejectUnauthorized: false };
  return { ...certificates, host: hostname, ...serverName(hostname) };
}
