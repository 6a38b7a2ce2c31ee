/**
 * From the errors of requests to those that the protocol has.
 *
 * It has eight. Whatever else happens is EINVAL, as in QEMU's server (nbd/server.c,
 * `system_errno_to_nbd_errno`): a client must take an error that it does not know for that one
 * anyway. ENOTSUP it has for one purpose only, to say that zeroing would not be fast.
 */
import type { Errno } from "../vocabulary.ts";
import type { WireError } from "./constants.ts";

/**
 * The error to reply with.
 *
 * @param fast whether the request was to write zeros fast or not at all
 */
export function toWireError(errno: Errno, fast: boolean): WireError {
  switch (errno) {
    case "EPERM":
    case "EIO":
    case "ENOSPC":
      return errno;
    case "ENOTSUP":
      return fast ? errno : "EINVAL";
    default:
      return "EINVAL";
  }
}
