/**
 * Errors of requests in QEMU's words: as the C library says them, and as an NBD client hears them.
 */
import type { Errno } from "../vocabulary.ts";

/** What `strerror` says of each, which qemu-io prints. */
const TEXTS: Readonly<Record<Errno, string>> = {
  EIO: "Input/output error",
  ENOSPC: "No space left on device",
  ETIMEDOUT: "Connection timed out",
  EACCES: "Permission denied",
  ENOTSUP: "Operation not supported",
  EINVAL: "Invalid argument",
  EPERM: "Operation not permitted",
};

/** These arrive as EINVAL (nbd/server.c, `system_errno_to_nbd_errno`). */
const UNKNOWN_TO_NBD: ReadonlySet<Errno> = new Set(["EACCES", "ETIMEDOUT"]);

/** The text of an error that a device's request ended with. */
export function errnoText(errno: Errno): string {
  return TEXTS[errno];
}

/** The text of the error that a client of an NBD export is told. */
export function errnoTextOverNbd(errno: Errno): string {
  return TEXTS[UNKNOWN_TO_NBD.has(errno) ? "EINVAL" : errno];
}
