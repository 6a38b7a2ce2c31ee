/**
 * Refcounts in a block: entries of 1 to 64 bits, those of less than a byte from its lowest bit up.
 */

/** The refcount at an index. Of 64 bits, what lies beyond 2^53 is inexact, and large anyway. */
export function getRefcount(block: Buffer, index: number, bits: number): number {
  if (bits === 16) return block.readUInt16BE(index * 2);
  if (bits < 8) {
    const [byte, shift] = place(index, bits);
    return ((block[byte] ?? 0) >> shift) & (2 ** bits - 1);
  }
  if (bits === 8) return block.readUInt8(index);
  if (bits === 32) return block.readUInt32BE(index * 4);
  return block.readUInt32BE(index * 8) * 2 ** 32 + block.readUInt32BE(index * 8 + 4);
}

/** Sets the refcount at an index to a value below 2^53 that has room in it. */
export function setRefcount(block: Buffer, index: number, bits: number, value: number): void {
  if (bits === 16) {
    block.writeUInt16BE(value, index * 2);
  } else if (bits < 8) {
    const [byte, shift] = place(index, bits);
    const others = (block[byte] ?? 0) & ~((2 ** bits - 1) << shift);
    block[byte] = others | (value << shift);
  } else if (bits === 8) {
    block.writeUInt8(value, index);
  } else if (bits === 32) {
    block.writeUInt32BE(value, index * 4);
  } else {
    block.writeBigUInt64BE(BigInt(value), index * 8);
  }
}

/** First index from `from` on whose refcount is 0, or -1. */
export function findFree(block: Buffer, from: number, entries: number, bits: number): number {
  for (let index = from; index < entries; index++) {
    if (getRefcount(block, index, bits) === 0) return index;
  }
  return -1;
}

/** The byte of an entry that is smaller than one, and its place in there. */
function place(index: number, bits: number): [byte: number, shift: number] {
  const each = 8 / bits;
  return [Math.floor(index / each), (index % each) * bits];
}
