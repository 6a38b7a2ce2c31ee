/**
 * Where the exports of `blockgraph fleece` are: a unix socket, or a port, and that only with TLS,
 * since whoever reaches it reads the disk.
 */
import { BlockgraphError } from "../../error.ts";
import type { NbdAddress } from "../../serve/nbd-address.ts";

/**
 * @param option for messages: `--guest`
 * @param text path of a socket, or `nbds://HOST:PORT`, port 0 for any that is free
 * @throws BlockgraphError `bad-argument`
 */
export function placeOf(option: string, text: string): NbdAddress {
  if (!/^nbds?:\/\//.test(text)) return { kind: "unix", path: text };
  const wrong = (problem: string) =>
    new BlockgraphError("bad-argument", `${option} ${text}: ${problem}`);
  if (text.startsWith("nbd://")) {
    throw wrong("a port is only offered with TLS; give nbds://HOST:PORT and --tls-creds");
  }
  const [, bracketed, plain, port] =
    /^nbds:\/\/(?:\[([^\]]+)\]|([^:/?#]+)):(\d{1,5})\/?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) throw wrong("give nbds://HOST:PORT");
  return { kind: "inet", host, port: Number(port) };
}

/** What clients call an export there that has no name. */
export function uriOf(address: NbdAddress, secured: boolean): string {
  const scheme = secured ? "nbds" : "nbd";
  if (address.kind === "unix") return `${scheme}+unix:///?socket=${encodeURI(address.path)}`;
  const { host, port } = address;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/`;
}
