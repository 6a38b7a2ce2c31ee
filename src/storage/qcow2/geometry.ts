/**
 * The sizes that follow from a header: of clusters, of tables, and of the refcounts in a block.
 *
 * A *host* cluster is a part of the image file, a *guest* cluster a part of the disk that it shows.
 * Both have the same size. Offsets are bytes, as numbers: what is a multiple of 512 and below 2^62
 * is exact, and every offset in a table is.
 */
export interface Geometry {
  readonly clusterBits: number;
  /** bytes */
  readonly clusterSize: number;
  /** entries of an L2 table, each of 8 bytes */
  readonly l2Entries: number;
  /** bits of a refcount: 1 to 64 */
  readonly refcountBits: number;
  /** refcounts in a block, which has the size of a cluster */
  readonly blockEntries: number;
}

/** @param refcountOrder binary logarithm of the bits of a refcount */
export function geometryOf(clusterBits: number, refcountOrder: number): Geometry {
  const clusterSize = 2 ** clusterBits;
  const refcountBits = 2 ** refcountOrder;
  return {
    clusterBits,
    clusterSize,
    l2Entries: clusterSize / 8,
    refcountBits,
    blockEntries: (clusterSize * 8) / refcountBits,
  };
}

/** Entries that an L1 table needs for a disk of that many bytes. */
export function l1EntriesFor(size: number, { clusterSize, l2Entries }: Geometry): number {
  return Math.ceil(size / (clusterSize * l2Entries));
}
