/**
 * What `blockgraph fleece` is given as its disk, as a node: a file, or an export of an NBD server
 * by its URI (the NBD project's doc/uri.md).
 */
import { BlockgraphError } from "../../error.ts";
import type { JsonObject } from "../../graph/graph.ts";
import { DISK_IMAGE, fileNode } from "../../serve/fleecing-commands.ts";

/** Credentials for the server that the disk is on. */
export interface DiskCredentials {
  /** id; null: none */
  readonly id: string | null;
  /** name that the server has to prove; null: that of the URI */
  readonly hostname: string | null;
}

const SCHEMES = /^nbds?(\+unix)?:\/\//;
const USUAL_PORT = "10809";

export function isUri(disk: string): boolean {
  return SCHEMES.test(disk);
}

/**
 * The node that the disk's bytes are on.
 * @param locking whether others who open the file can tell that it is in use
 * @throws BlockgraphError `bad-argument`
 */
export function diskNode(
  disk: string,
  credentials: DiskCredentials,
  locking: "auto" | "on" | "off",
): JsonObject {
  if (isUri(disk)) return { ...exportNode(disk, credentials), driver: "nbd" };
  if (credentials.id === null) {
    return { ...fileNode(DISK_IMAGE), ...(locking !== "auto" && { locking }) };
  }
  throw new BlockgraphError(
    "bad-argument",
    `--disk-tls-creds is about a disk on a server, and ${disk} is none; leave it out`,
  );
}

function exportNode(disk: string, { id, hostname }: DiskCredentials): JsonObject {
  const wrong = (problem: string) => new BlockgraphError("bad-argument", `${disk}: ${problem}`);
  const uri = parsed(disk);
  if (uri === null) throw wrong("is no NBD URI; give nbd+unix:///EXPORT?socket=PATH or nbd://HOST");
  const secured = uri.protocol.startsWith("nbds");
  if (secured !== (id !== null)) {
    throw wrong(
      secured
        ? "nbds is TLS; add --object tls-creds-x509,id=ID,dir=FOLDER and --disk-tls-creds ID"
        : "nbd is in the clear; give nbds, or leave out --disk-tls-creds",
    );
  }
  const name = decodeURIComponent(uri.pathname.replace(/^\//, ""));
  const socket = uri.searchParams.get("socket");
  const unknown = [...uri.searchParams.keys()].find((key) => key !== "socket");
  if (unknown !== undefined) throw wrong(`'${unknown}' is not supported; leave it out`);
  const isUnix = uri.protocol.endsWith("+unix:");
  if (isUnix !== (socket !== null)) throw wrong("socket=PATH goes with nbd+unix, and only there");
  return {
    server:
      socket === null
        ? { type: "inet", host: uri.hostname, port: uri.port || USUAL_PORT }
        : { type: "unix", path: socket },
    ...(name !== "" && { export: name }),
    ...(id !== null && { "tls-creds": id }),
    ...(hostname !== null && { "tls-hostname": hostname }),
  };
}

/** Schemes that are not of the web are parsed as they are; their hosts as well. */
function parsed(disk: string): URL | null {
  try {
    const uri = new URL(disk);
    decodeURIComponent(uri.pathname);
    return uri.protocol.endsWith("+unix:") || uri.hostname !== "" ? uri : null;
  } catch {
    return null;
  }
}
