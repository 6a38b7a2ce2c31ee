/**
 * Which parts of a disk are in the files of its chain above a base: those that a commit moves down,
 * and a mirror with `sync: top` copies.
 */
import type { LiveNode } from "../system/live-node.ts";
import type { SystemNode } from "../system/system.ts";

/**
 * Whether any file from a disk down to a base, without that, has a part of it.
 * @param base null: only what is behind the first file does not count
 * @param find gives the live node of a name
 * @param offset in bytes, as `length`
 */
export function isAboveBase(
  disk: SystemNode,
  base: string | null,
  find: (name: string) => LiveNode,
  offset: number,
  length: number,
): boolean {
  let node: SystemNode | null = disk;
  while (node !== null && node.name !== base) {
    const { located, backing, primary, name }: SystemNode = node;
    if (located === null) {
      // A filter shows what is below it; whatever else has no files behind it has everything.
      if (primary === null || node.clusterSize > 0) return true;
      node = primary;
    } else {
      if (hasAny(find(name), offset, length)) return true;
      node = base === null ? null : backing;
    }
  }
  return false;
}

function hasAny(node: LiveNode, offset: number, length: number): boolean {
  const { clusterSize, located } = node.description;
  const end = Math.ceil((offset + length) / clusterSize);
  for (let cluster = Math.floor(offset / clusterSize); cluster < end; cluster++) {
    if (node.replyTo(cluster, located?.event ?? "") === located?.own) return true;
  }
  return false;
}
