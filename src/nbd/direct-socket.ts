/**
 * A connection whose bytes are read to where they belong.
 *
 * Node reads what a peer sends into memory that it makes for each piece, from which the pieces are
 * copied to where they belong, and which is then collected: of writes of 64 KiB that is a fifth of
 * the time. A socket that is made for a descriptor can be told where to read to (`onread`), one
 * that a server has accepted cannot. So here the accepted one is replaced by a socket for another
 * descriptor of the same connection.
 */
import { Socket } from "node:net";
import { loadLibc } from "../storage/libc.ts";

/**
 * bytes that may wait in the system for a client to fetch them; Linux doubles that for what it adds
 * itself. With the usual 200 KiB client and server take turns, a few requests each; so, both have
 * something to do at the same time. Of what a system allows at most (net.core.wmem_max, often
 * 200 KiB too, doubled) as much is taken as there is.
 */
const SEND_BUFFER = 1024 * 1024;

/** Where bytes go. */
export interface Receiver {
  /** Memory for the next bytes, not of length 0. Called again after each `received`. */
  room(): Buffer;
  /** So many bytes were put at the beginning of the memory that was asked for last. */
  received(bytes: number): void;
}

/**
 * @returns the socket to use instead of the accepted one, which is gone then; null: it stays, as
 * the system, or this version of Node, does not let it be replaced
 */
export function directSocket(accepted: Socket, receiver: Receiver): Socket | null {
  const fd = descriptorOf(accepted);
  const libc = loadLibc();
  const duplicate = fd === null ? -1 : (libc?.duplicate(fd) ?? -1);
  if (duplicate < 0) return null;
  libc?.sendBuffer(duplicate, SEND_BUFFER);
  const onread = {
    buffer: () => receiver.room(),
    callback(bytes: number) {
      receiver.received(bytes);
      return true;
    },
  };
  const options = { fd: duplicate, allowHalfOpen: true, readable: true, writable: true, onread };
  const socket = new Socket(options);
  accepted.destroy();
  return socket;
}

/** Node keeps it where no interface of its own shows it. */
function descriptorOf(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("fd" in handle)) return null;
  return typeof handle.fd === "number" && handle.fd >= 0 ? handle.fd : null;
}
