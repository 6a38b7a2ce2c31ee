/**
 * The thread that has the connection of a blocking image (blocking-nbd.ts), and does what the other
 * end tells it, in that order.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { BlockgraphError } from "../error.ts";
import type { StorageOutcome } from "../storage/storage.ts";
import { ERRNOS, type StorageOperation } from "../vocabulary.ts";
import { OptionRefused } from "./client-handshake.ts";
import type { ClientTls } from "./client-tls.ts";
import { type NbdImage, openNbd } from "./nbd-storage.ts";
import type { ListenAddress } from "./server.ts";

/** What the thread is given. */
export interface BlockingTask {
  readonly address: ListenAddress;
  readonly exportName: string;
  /** null: in the clear */
  readonly tls: ClientTls | null;
  /** seconds, as `openNbd` takes them */
  readonly openTimeout: number;
  readonly reconnectDelay: number;
}

/** A request; where bytes go or come from, they are copied. */
export interface Asked {
  readonly operation: StorageOperation;
  readonly offset: number;
  readonly length: number;
  /** of a write; null otherwise */
  readonly bytes: Uint8Array | null;
  /** its number, or where somebody sleeps until {@link REPLY} says that it is done */
  readonly reply: number | SharedArrayBuffer;
}

/** What is said to the thread; null: close the image. */
export type Told = Asked | null;

/** What the thread says. */
export type Said =
  | { readonly kind: "opened"; readonly length: number; readonly readOnly: boolean }
  | {
      readonly kind: "refused";
      readonly message: string;
      /** code of the system's error, if it is one */
      readonly code: string | null;
      /** what the server did not want, if it was that */
      readonly option: { readonly option: number; readonly type: number } | null;
      readonly cause: string;
    }
  | {
      readonly kind: "done";
      readonly reply: number;
      readonly outcome: StorageOutcome;
      /** of a read */
      readonly bytes: Uint8Array | null;
    };

/** Layout of an answer in shared memory, in bytes. */
export const REPLY = {
  /** 32 bits: 1 when it is done */
  state: 0,
  /** 32 bits: 0, or 1 and the place of its errno in `ERRNOS` */
  errno: 1,
  /** where the bytes of a read begin */
  bytes: 8,
} as const;

async function serve(task: BlockingTask, port: MessagePort): Promise<void> {
  const say = (said: Said) => {
    const bytes = said.kind === "done" ? said.bytes?.buffer : undefined;
    port.postMessage(said, bytes instanceof ArrayBuffer ? [bytes] : []);
  };
  const { address, exportName, ...options } = task;
  try {
    const image = await openNbd(address, exportName, options);
    port.on("message", (told: Told) => {
      if (told === null) closeWhenIdle(image, port);
      else answer(image, told, say);
    });
    say({ kind: "opened", length: image.length, readOnly: image.readOnly });
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    say(refusalOf(error));
  }
}

function refusalOf({ message, cause }: BlockgraphError): Said {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
  const option = cause instanceof OptionRefused ? { option: cause.option, type: cause.type } : null;
  const said = cause instanceof Error ? cause.message : message;
  return { kind: "refused", message, code, option, cause: said };
}

function answer(image: NbdImage, told: Asked, say: (said: Said) => void): void {
  const { operation, offset, length, bytes, reply } = told;
  const shared = typeof reply === "number" ? null : reply;
  const buffer = operation === "read" ? new Uint8Array(length) : bytes;
  image.submit({
    ...{ operation, offset, length, buffer },
    done(outcome) {
      const read = operation === "read" ? buffer : null;
      if (shared !== null) wake(shared, outcome, read);
      else if (typeof reply === "number") say({ kind: "done", reply, outcome, bytes: read });
    },
  });
  image.kick();
}

function wake(shared: SharedArrayBuffer, { errno }: StorageOutcome, read: Uint8Array | null): void {
  const words = new Int32Array(shared, 0, 2);
  if (read !== null) new Uint8Array(shared, REPLY.bytes).set(read);
  words[REPLY.errno] = errno === null ? 0 : 1 + ERRNOS.indexOf(errno);
  Atomics.store(words, REPLY.state, 1);
  Atomics.notify(words, REPLY.state);
}

/** Somebody may have stopped waiting for what is under way; that is not waited for, either. */
function closeWhenIdle(image: NbdImage, port: MessagePort): void {
  port.close();
  try {
    image.close();
  } catch {
    process.exit();
  }
}

const task: BlockingTask = workerData;
if (parentPort !== null) void serve(task, parentPort);
