/**
 * The states of a checkpoint: files with the states and parents of some partitions each.
 *
 * A file has, for one partition after the other and there for one block after the other, the
 * states' words and then their parents, as far as they are used, as they lie in memory. Waiting for
 * each few megabytes lets whoever shows progress have a turn.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { hasher } from "../../log/chain.ts";
import type { Chunk } from "./checkpoint-manifest.ts";
import { PARTITIONS } from "./layout.ts";
import { at, regions, type Store } from "./store.ts";

/** Bytes from which on a file is long enough. */
const LONG = 2 ** 28;
/** Bytes that are read or written at once. */
const PIECE = 2 ** 22;

/** Writes all states. @returns the files, in order */
export async function writeChunks(
  folder: string,
  generation: number,
  store: Store,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for (let first = 0; first < PARTITIONS; ) {
    const end = endOfChunk(store, first);
    const file = `states-${generation}-${chunks.length}.bin`;
    const written = await writeChunk(join(folder, file), store, first, end);
    chunks.push({ file, first, end, ...written });
    first = end;
  }
  return chunks;
}

/** Bytes that a partition takes in a file. */
function bytesOf({ ends, layout }: Store, partition: number): number {
  return (at(ends, partition) - 1) * layout.entry * 4;
}

function endOfChunk(store: Store, first: number): number {
  let end = first;
  for (let bytes = 0; end < PARTITIONS && bytes < LONG; end++) bytes += bytesOf(store, end);
  return end;
}

async function writeChunk(path: string, store: Store, first: number, end: number) {
  const handle = await open(path, "w");
  try {
    const hash = hasher.stream();
    let bytes = 0;
    const write = async (piece: Uint8Array) => {
      hash.update(piece);
      await writeAll(handle, piece);
      bytes += piece.length;
    };
    const buffer = new Uint8Array(PIECE);
    let filled = 0;
    for (const region of regionsOf(store, first, end)) {
      if (filled + region.length > PIECE) {
        await write(buffer.subarray(0, filled));
        filled = 0;
      }
      buffer.set(region, filled);
      filled += region.length;
    }
    await write(buffer.subarray(0, filled));
    await handle.sync();
    return { bytes, xxh64: hash.digest() };
  } finally {
    await handle.close();
  }
}

/** A write may take fewer bytes than it is given. */
async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let from = 0; from < piece.length; ) {
    from += (await handle.write(piece, from, piece.length - from)).bytesWritten;
  }
}

function* regionsOf(store: Store, first: number, end: number): Generator<Uint8Array> {
  for (let partition = first; partition < end; partition++) {
    for (const region of regions(store, partition)) {
      yield new Uint8Array(region.buffer, region.byteOffset, region.byteLength);
    }
  }
}

/**
 * Fills the regions of a file's partitions, which are reserved already.
 * @returns whether the file is the one that was written
 */
export async function readChunk(folder: string, chunk: Chunk, store: Store): Promise<boolean> {
  const handle = await open(join(folder, chunk.file));
  try {
    if ((await handle.stat()).size !== chunk.bytes) return false;
    const hash = hasher.stream();
    const buffer = new Uint8Array(PIECE);
    let [from, filled] = [0, 0];
    for (const region of regionsOf(store, chunk.first, chunk.end)) {
      if (filled - from < region.length) {
        buffer.copyWithin(0, from, filled);
        [from, filled] = [0, filled - from];
        const read = await readSome(handle, buffer.subarray(filled));
        hash.update(buffer.subarray(filled, filled + read));
        filled += read;
        if (filled < region.length) return false;
      }
      region.set(buffer.subarray(from, from + region.length));
      from += region.length;
    }
    return from === filled && hash.digest() === chunk.xxh64;
  } finally {
    await handle.close();
  }
}

/** Fills a buffer, unless the file ends before. @returns bytes read */
async function readSome(handle: FileHandle, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
