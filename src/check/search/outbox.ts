/**
 * What a thread hands over: successors, those for itself included.
 *
 * An outbox consists of chunks of memory, and for each partition there is a chain of them. Every
 * chain begins at a chunk of no memory, the one with the partition's number beyond all others, and
 * full: so a chain is begun as it is continued, and generated code needs one way only.
 */
import { type Layout, PARTITIONS } from "./layout.ts";
import { sharedIntegers } from "./store.ts";

export interface Outbox {
  /** states, each followed by its parent's id */
  readonly entries: Int32Array;
  /** by chunk: the next one for the same partition */
  readonly followers: Int32Array;
  /** by partition: where its next entry goes; beyond all chunks if it has none */
  readonly cursors: Int32Array;
}

export function createOutbox(layout: Layout): Outbox {
  const { chunk, chunks } = layout;
  const cursors = sharedIntegers(PARTITIONS);
  for (const partition of cursors.keys()) {
    cursors[partition] = emptyCursor(layout) + partition * chunk;
  }
  return {
    entries: sharedIntegers(chunks * chunk),
    followers: sharedIntegers(chunks + PARTITIONS),
    cursors,
  };
}

/** The cursor of partition 0 if it has no entries; that of each next one is a chunk further. */
export function emptyCursor({ chunk, chunks }: Layout): number {
  return chunks * chunk + chunk - 1;
}

/**
 * JavaScript that moves the cursor `at` to a new chunk if another entry has no room in its own, and
 * calls `crowded` if there is none.
 */
export function roomText({ chunk, chunks, entry }: Layout): string {
  return `if ((at & ${chunk - 1}) > ${chunk - 1 - entry}) {
      if (used === ${chunks}) crowded();
      followers[at >>> ${Math.log2(chunk)}] = used;
      at = used++ * ${chunk};
    }`;
}
