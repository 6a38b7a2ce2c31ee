/**
 * What the C library says of errors of the system, which QEMU hands on to its clients.
 */
import { BlockgraphError } from "../error.ts";

const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
  EMFILE: "Too many open files",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  ETIMEDOUT: "Connection timed out",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  EIO: "Input/output error",
  ENOSPC: "No space left on device",
  ENOTSUP: "Operation not supported",
  EFBIG: "File too large",
  EINVAL: "Invalid argument",
  EPERM: "Operation not permitted",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
};

/** @param code as Node gives it; undefined: the text is not known here */
export function systemText(code: string): string | undefined {
  return TEXTS[code];
}

/**
 * What is said of an image that cannot be opened, without its name; null: it is no such error.
 * @param name of the image
 */
export function refusalOfImage(error: unknown, name: string): string | null {
  if (!(error instanceof BlockgraphError)) return null;
  const { message } = error;
  const text = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
  // What QEMU says as well it says without a remedy.
  return text.startsWith(NOT_QCOW2) ? NOT_QCOW2 : text.replace(REMEDY, "");
}

const REMEDY = /: (?:try|convert it with) `qemu-img [^`]*`(?: on a copy)?$/;

const NOT_QCOW2 = "Image is not in qcow2 format";
