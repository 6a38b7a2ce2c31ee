/**
 * From the system's error names to ours.
 *
 * Node and the C library know some 80 errors; a request can end with the few of `ERRNOS`, because
 * those are what a guest, a chart and QEMU tell apart. Whatever else happens is an input/output
 * error, as it would be on a disk.
 */
import { ERRNOS, type Errno } from "../vocabulary.ts";

const KNOWN: ReadonlyMap<string, Errno> = new Map(ERRNOS.map((errno) => [errno, errno]));

/**
 * The errno with which a request ends.
 *
 * @param code name as in `error.code` of node:fs, or undefined where the error has none
 */
export function toErrno(code: string | undefined): Errno {
  return (code !== undefined && KNOWN.get(code)) || "EIO";
}
