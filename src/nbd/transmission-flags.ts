/**
 * What an export tells its clients that they may do with it.
 *
 * A client trims nothing that calls itself read-only. Hence an export that takes trims and no
 * writes does not: its clients may trim, they find no way offered to write zeros, and a write they
 * try all the same ends with EPERM.
 */
import { type HeaderStyle, TRANSMISSION_FLAG } from "./constants.ts";
import type { NbdExport } from "./export.ts";

/** The transmission flags of an export, as the specification's section of that name has them. */
export function transmissionFlags(
  { writable, trims, multiConnection, contexts }: NbdExport,
  style: HeaderStyle,
): number {
  let flags =
    TRANSMISSION_FLAG.HAS_FLAGS |
    TRANSMISSION_FLAG.SEND_FLUSH |
    TRANSMISSION_FLAG.SEND_FUA |
    TRANSMISSION_FLAG.SEND_CACHE;
  if (writable) flags |= TRANSMISSION_FLAG.SEND_WRITE_ZEROES | TRANSMISSION_FLAG.SEND_FAST_ZERO;
  if (writable || trims) flags |= TRANSMISSION_FLAG.SEND_TRIM;
  else flags |= TRANSMISSION_FLAG.READ_ONLY;
  if (multiConnection) flags |= TRANSMISSION_FLAG.CAN_MULTI_CONN;
  // Without chunks there is nothing that could be kept from being fragmented.
  if (style !== "simple") flags |= TRANSMISSION_FLAG.SEND_DF;
  if (style === "extended" && contexts.length > 0) {
    flags |= TRANSMISSION_FLAG.BLOCK_STATUS_PAYLOAD;
  }
  return flags;
}
