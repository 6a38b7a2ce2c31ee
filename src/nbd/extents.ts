/**
 * Block status made fit for a reply: what an export tells, as the specification wants it told.
 */
import type { Extent } from "./export.ts";

/** QEMU's limit (nbd/server.c, NBD_MAX_BLOCK_STATUS_EXTENTS): 1 MiB of compact descriptors */
const EXTENTS_MAX = 128 * 1024;

/**
 * Joins neighbours with the same flags, and cuts what lies beyond the range that was asked for.
 *
 * @param length of that range in bytes
 * @param one whether to stop after the first extent
 * @returns at least one extent, unless there was none with any bytes
 */
export function fitExtents(extents: readonly Extent[], length: number, one: boolean): Extent[] {
  const fitted: Extent[] = [];
  let left = length;
  for (const extent of extents) {
    const part = Math.min(extent.length, left);
    if (part <= 0) continue;
    const last = fitted.at(-1);
    if (last !== undefined && last.flags === extent.flags) {
      fitted[fitted.length - 1] = { length: last.length + part, flags: last.flags };
    } else if (fitted.length === (one ? 1 : EXTENTS_MAX)) {
      break;
    } else {
      fitted.push({ length: part, flags: extent.flags });
    }
    left -= part;
  }
  return fitted;
}
