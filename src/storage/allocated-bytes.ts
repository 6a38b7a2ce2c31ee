/**
 * How much of a file is there: holes take no space.
 */
import type { Stats } from "node:fs";

/** bytes of one of the blocks in which a system counts what files take */
const BLOCK = 512;

/** Bytes that a file takes in its file system. */
export function allocatedBytes({ blocks }: Pick<Stats, "blocks">): number {
  return blocks * BLOCK;
}
