/**
 * What the image of an `nbd` node is called: as QEMU calls it (block/nbd.c,
 * `nbd_refresh_filename`), and beyond that by all else that makes it another image, or another way
 * to it.
 */
import type { NbdOptions } from "./options.ts";

type Named = Pick<
  NbdOptions,
  "server" | "export" | "tls-creds" | "tls-hostname" | "x-dirty-bitmap"
>;

const MORE = ["tls-creds", "tls-hostname", "x-dirty-bitmap"] as const;

export function imageNameOf(options: Named): string {
  const { server, export: name } = options;
  const slash = name === undefined ? "" : `/${name}`;
  const uri =
    server.type === "unix"
      ? `nbd+unix://${slash}?socket=${server.path}`
      : `nbd://${server.host}:${server.port}${slash}`;
  const more = MORE.flatMap((key) => (options[key] === undefined ? [] : `${key}=${options[key]}`));
  if (more.length === 0) return uri;
  return `${uri}${server.type === "unix" ? "&" : "?"}${more.join("&")}`;
}
