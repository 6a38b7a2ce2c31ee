/**
 * An export of another NBD server as an image of a live graph: what `nbd` nodes are on.
 */
import { nbd } from "../drivers/nbd/driver.ts";
import { imageNameOf } from "../drivers/nbd/image-name.ts";
import { type NbdOptions, NO_DIRTY_BITMAP, nbdOptions } from "../drivers/nbd/options.ts";
import { BlockgraphError } from "../error.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";
import type { ImageFact } from "../graph/image-facts.ts";
import { isRefusal, refuse } from "../graph/refuse.ts";
import { OptionRefused } from "../nbd/client-handshake.ts";
import type { ClientTls } from "../nbd/client-tls.ts";
import { OPTION, OPTION_REPLY } from "../nbd/constants.ts";
import { type NbdImage, openNbd } from "../nbd/nbd-storage.ts";
import type { RunImage } from "../run/image-set.ts";
import { systemText } from "./system-text.ts";

export interface LiveNbd extends RunImage {
  readonly storage: NbdImage;
  readonly fact: ImageFact;
  /** whether its bytes begin like a qcow2 image */
  readonly isQcow2: boolean;
}

/** Finds credentials of a client. @throws BlockgraphError `graph-refused` if there are none */
export type FindCredentials = (id: string, hostname: string | null) => ClientTls;

/** The exports that node definitions name, wherever in the arguments of a command, by image. */
export function exportsNamedIn(given: JsonValue): Map<string, NbdOptions> {
  if (typeof given !== "object" || given === null) return new Map();
  const inner = Object.values(given).flatMap((each) => [...exportsNamedIn(each)]);
  const own = Array.isArray(given) ? undefined : optionsOf(given);
  return new Map(own === undefined ? inner : [...inner, [imageNameOf(own), own]]);
}

/** Whether a node that is defined so is on an export. */
function isNbd(given: JsonValue | undefined): given is JsonObject {
  return isJsonObject(given) && given.driver === nbd.name;
}

/** What the graph will refuse anyway is not connected to. */
function optionsOf(given: JsonObject): NbdOptions | undefined {
  if (!isNbd(given)) return undefined;
  const { driver: _, "node-name": __, ...options } = given;
  try {
    nbd.checked?.(options, undefined);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  const parsed = nbdOptions.safeParse(options);
  return parsed.success ? parsed.data : undefined;
}

/** @throws BlockgraphError `graph-refused` in QEMU's words */
export async function openExport(options: NbdOptions, find: FindCredentials): Promise<LiveNbd> {
  const { server, export: name = "", "tls-creds": id } = options;
  if (options["x-dirty-bitmap"] !== undefined) throw refuse(NO_DIRTY_BITMAP);
  const host = server.type === "inet" ? server.host : null;
  const hostname = options["tls-hostname"] ?? host;
  const tls = id === undefined ? null : find(id, hostname);
  const address =
    server.type === "unix"
      ? { path: server.path }
      : { host: server.host, port: portOf(server.host, server.port) };
  try {
    const storage = await openNbd(address, name, {
      tls,
      openTimeout: options["open-timeout"],
      reconnectDelay: options["reconnect-delay"],
    });
    const fact: ImageFact = {
      length: storage.length,
      header: null,
      unwritable: storage.readOnly ? "Could not open image: Permission denied" : null,
    };
    // Nobody judges properties of what only a running program has.
    const read = () => new Uint8Array();
    return { storage, read, fact, isQcow2: (await firstBytes(storage)) === "QFI\xfb" };
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    const place = server.type === "unix" ? server.path : `${server.host}:${server.port}`;
    throw refuse(refusalOf(error, place, hostname ?? ""));
  }
}

function portOf(host: string, port: string): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : -1;
  if (number >= 0 && number <= 65_535) return number;
  throw refuse(`address resolution failed for ${host}:${port}: Servname not supported`);
}

function firstBytes(storage: NbdImage): Promise<string> {
  const length = Math.min(4, storage.length);
  const buffer = Buffer.alloc(length);
  return new Promise((resolve) => {
    storage.submit({
      ...{ operation: "read", offset: 0, length, buffer },
      done: () => resolve(buffer.toString("latin1")),
    });
    storage.kick();
  });
}

/** What QEMU says where we have said something else (nbd/client.c, util/qemu-sockets.c). */
function refusalOf({ cause, message }: BlockgraphError, place: string, hostname: string): string {
  if (cause instanceof OptionRefused) return optionText(cause);
  if (!(cause instanceof Error)) return message;
  if (!("code" in cause)) return cause.message;
  switch (cause.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `address resolution failed for ${place}: Name or service not known`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `Certificate does not match the hostname ${hostname}`;
  }
  const text = systemText(String(cause.code));
  return text === undefined ? cause.message : `Failed to connect to '${place}': ${text}`;
}

/** What a server did not want, as QEMU says it (nbd/client.c, `nbd_handle_reply_err`). */
function optionText({ option, type, message }: OptionRefused): string {
  const name = `${option} (${option === OPTION.STARTTLS ? "starttls" : "go"})`;
  switch (type) {
    case OPTION_REPLY.ERR_UNKNOWN:
      return "Requested export not available";
    case OPTION_REPLY.ERR_TLS_REQD:
      return `TLS negotiation required before option ${name}`;
    case OPTION_REPLY.ERR_POLICY:
      return `Denied by server for option ${name}`;
    case OPTION_REPLY.ERR_BLOCK_SIZE_REQD:
      return `Server requires INFO_BLOCK_SIZE for option ${name}`;
    default:
      return message;
  }
}
