/**
 * An export of another NBD server as an image of a live graph: what `nbd` nodes are on.
 */
import { type NbdOptions, NO_DIRTY_BITMAP } from "../drivers/nbd/options.ts";
import { BlockgraphError } from "../error.ts";
import type { ImageFact } from "../graph/image-facts.ts";
import { isRefusal, refuse } from "../graph/refuse.ts";
import { type BlockingNbd, openBlocking } from "../nbd/blocking-nbd.ts";
import type { BlockingTask } from "../nbd/blocking-worker.ts";
import { OptionRefused } from "../nbd/client-handshake.ts";
import type { ClientTls } from "../nbd/client-tls.ts";
import { OPTION, OPTION_REPLY } from "../nbd/constants.ts";
import { NbdHost } from "../nbd/nbd-host.ts";
import { openNbd } from "../nbd/nbd-storage.ts";
import type { ListenAddress } from "../nbd/server.ts";
import type { RunImage } from "../run/image-set.ts";
import { failed } from "../storage/outcome.ts";
import { openQcow2On } from "../storage/qcow2/open.ts";
import { resizeOn } from "../storage/qcow2/resize.ts";
import type { Storage, StorageRequest } from "../storage/storage.ts";
import type { ImageFormat } from "../system/system.ts";
import { formattedParts } from "./live-file.ts";
import { systemText } from "./system-text.ts";

export interface LiveNbd extends RunImage {
  readonly fact: ImageFact;
  /** whether the server lets nobody write it */
  readonly readOnly: boolean;
  /** null: its bytes are taken as they are */
  readonly format: ImageFormat | null;
  /** the connection, if a format can be put above it; null: it can not */
  readonly host: FormatHost | null;
  /** Opens the image in it once more, in the same way; absent: it is none. */
  again?(): LiveNbd;
}

/** Finds credentials of a client. @throws BlockgraphError `graph-refused` if there are none */
export type FindCredentials = (id: string, hostname: string | null) => ClientTls;

/** @throws BlockgraphError `graph-refused` in QEMU's words */
export function openExport(options: NbdOptions, find: FindCredentials): Promise<LiveNbd> {
  return reached(options, find, async ({ address, exportName, ...how }) => {
    const storage = await openNbd(address, exportName, how);
    return plainImage(storage, storage.readOnly, null);
  });
}

/**
 * The same for an export that a format will be put above.
 * @throws BlockgraphError `graph-refused`
 */
export function openForFormat(options: NbdOptions, find: FindCredentials): Promise<LiveNbd> {
  return reached(options, find, async (task) => {
    return new FormatHost(await openBlocking(task)).plain();
  });
}

/** A connection that a format can use. */
export class FormatHost {
  readonly #image: BlockingNbd;

  constructor(image: BlockingNbd) {
    this.#image = image;
  }

  /** The export as bytes. */
  plain(): LiveNbd {
    const image = this.#image;
    // The connection outlives what is read and written through it.
    const storage: Storage = {
      ...{ name: image.name, length: image.length },
      submit: (request) => image.submit(request),
      kick: () => image.kick(),
      close() {},
    };
    return plainImage(storage, image.readOnly, this);
  }

  /** The image that is in it. @throws BlockgraphError `image-unusable` */
  formatted({ readOnly, unmap }: { readonly readOnly: boolean; readonly unmap: boolean }): LiveNbd {
    const image = this.#image;
    const isRead = readOnly || image.readOnly;
    const storage = openQcow2On(new NbdHost(image), image.name, { readOnly: isRead, unmap });
    const { fact } = plainImage(storage, image.readOnly, this);
    const { header, format } = formattedParts(storage, null);
    const { dirty: _, ...known } = format;
    return {
      ...{ storage, readOnly: image.readOnly, format: known, host: this, read },
      // Bitmaps are kept in files only: a write leaves those in there inconsistent.
      fact: { ...fact, length: image.length, header: { ...header, bitmaps: [] } },
      again: () => this.formatted({ readOnly, unmap }),
    };
  }

  /**
   * Gives the image in it another length, while nobody has it open.
   * @throws BlockgraphError `bad-argument`, `image-unusable`
   */
  resize(length: number, behind: number): void {
    const image = this.#image;
    resizeOn(new NbdHost(image), image.name, length, { behind, shrink: true });
  }

  close(): void {
    this.#image.close();
  }
}

/** An export whose server was lost while another connection to it was made. */
export function lostExport({ storage, fact, readOnly }: LiveNbd): LiveNbd {
  const submit = ({ done }: StorageRequest) => void setImmediate(() => done(failed("EIO")));
  const { name, length } = storage;
  const lost = { name, length, submit, kick() {}, close() {} };
  return { storage: lost, fact, readOnly, format: null, host: null, read };
}

/** Nobody judges properties of what only a running program has. */
const read = () => new Uint8Array();

function plainImage(storage: Storage, readOnly: boolean, host: FormatHost | null): LiveNbd {
  const unwritable = readOnly ? "Could not open image: Permission denied" : null;
  const fact = { length: storage.length, header: null, unwritable };
  return { storage, read, fact, readOnly, format: null, host };
}

/** @throws BlockgraphError `graph-refused` in QEMU's words */
async function reached(
  options: NbdOptions,
  find: FindCredentials,
  open: (task: BlockingTask) => Promise<LiveNbd>,
): Promise<LiveNbd> {
  const { server, export: exportName = "", "tls-creds": id } = options;
  if (options["x-dirty-bitmap"] !== undefined) throw refuse(NO_DIRTY_BITMAP);
  const host = server.type === "inet" ? server.host : null;
  const hostname = options["tls-hostname"] ?? host;
  const address: ListenAddress =
    server.type === "unix"
      ? { path: server.path }
      : { host: server.host, port: portOf(server.host, server.port) };
  const tls = id === undefined ? null : find(id, hostname);
  const [openTimeout, reconnectDelay] = [options["open-timeout"], options["reconnect-delay"]];
  try {
    return await open({ address, exportName, tls, openTimeout, reconnectDelay });
  } catch (error) {
    if (!(error instanceof BlockgraphError) || isRefusal(error)) throw error;
    const place = server.type === "unix" ? server.path : `${server.host}:${server.port}`;
    throw refuse(refusalOf(error, place, hostname ?? ""));
  }
}

function portOf(host: string, port: string): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : -1;
  if (number >= 0 && number <= 65_535) return number;
  throw refuse(`address resolution failed for ${host}:${port}: Servname not supported`);
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
