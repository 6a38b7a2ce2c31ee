/**
 * Requests for the disk that an image shows: which bytes go where in the file.
 *
 * A request is served in pieces of bounded size, one after the other. A write finds the host
 * clusters that it may write in place, takes new ones for the rest, writes the data, and only then
 * changes the L2 table: nobody ever sees a mapping without its data. While a guest cluster gets a
 * new host cluster it is locked, and other writes to it wait; requests for the same byte never meet
 * here (queue.ts).
 */
import type { Batch } from "../batch.ts";
import { toErrno } from "../errno.ts";
import type { Medium } from "../medium.ts";
import { extent, failed } from "../outcome.ts";
import type { StorageOutcome } from "../storage.ts";
import { BufferCursor } from "./buffer-cursor.ts";
import { ClusterLocks } from "./cluster-locks.ts";
import { compressPiece } from "./compress-piece.ts";
import type { Qcow2Image } from "./image.ts";
import type { ImageBitmaps } from "./image-bitmaps.ts";
import { readPiece } from "./read-piece.ts";
import { writePiece } from "./write-piece.ts";
import { zeroPiece } from "./zero-piece.ts";

/** bytes that a piece moves, unless that is less than a cluster */
const MOVED_MAX = 4 * 1024 * 1024;
/** guest clusters of a piece that moves nothing: zeroed before others get their turn */
const ZEROED_MAX = 8192;
/** guest clusters that block-status looks at in one call */
const STATUS_CLUSTERS_MAX = 65_536;

export class Qcow2Medium implements Medium {
  readonly #image: Qcow2Image;
  readonly #bitmaps: ImageBitmaps;
  readonly #locks = new ClusterLocks();

  constructor(image: Qcow2Image, bitmaps: ImageBitmaps) {
    this.#image = image;
    this.#bitmaps = bitmaps;
  }

  start(batch: Batch): void {
    void this.#serve(batch);
  }

  blockStatus(offset: number, length: number): StorageOutcome {
    const { clusterSize } = this.#image.geometry;
    const end = offset + length;
    try {
      const first = this.#isZero(offset);
      let at = (Math.floor(offset / clusterSize) + 1) * clusterSize;
      for (let seen = 0; at < end && seen < STATUS_CLUSTERS_MAX; seen++) {
        if (this.#isZero(at) !== first) break;
        const left = Math.ceil((end - at) / clusterSize);
        const bare = this.#image.mapping.withoutTable(at / clusterSize, left);
        at += Math.max(1, bare) * clusterSize;
      }
      return extent(first ? "zero" : "data", Math.min(end, at) - offset);
    } catch (error) {
      return failed(this.#errnoOf(error));
    }
  }

  /** Also what was preallocated, and not written: it is a hole of the file. */
  #isZero(offset: number): boolean {
    const { geometry, host, mapping } = this.#image;
    const entry = mapping.entry(Math.floor(offset / geometry.clusterSize));
    if (entry.kind === "absent" || entry.kind === "zero") return true;
    return entry.kind === "data" && host.isHoleNow?.(entry.offset, geometry.clusterSize) === true;
  }

  async #serve(batch: Batch): Promise<void> {
    const user = this.#image.enter();
    try {
      if (batch.operation === "flush") {
        if (!this.#image.readOnly) await this.#image.commit();
      } else if (batch.operation === "read") {
        await this.#read(batch);
      } else {
        await this.#change(batch);
      }
    } catch (error) {
      this.#image.leave(user);
      batch.settle(this.#errnoOf(error));
      return;
    }
    this.#image.leave(user);
    batch.settle(null);
  }

  async #read(batch: Batch): Promise<void> {
    const cursor = new BufferCursor(batch.buffers);
    for (const { offset, length } of this.#pieces(batch)) {
      await readPiece(this.#image, offset, length, cursor);
    }
  }

  async #change(batch: Batch): Promise<void> {
    const image = this.#image;
    const cursor = new BufferCursor(batch.buffers);
    image.requireWritable();
    this.#bitmaps.use();
    for (const { offset, length } of this.#pieces(batch)) {
      if (image.crowded) await image.commit();
      if (batch.compressed) {
        await compressPiece(image, this.#locks, offset, cursor.take(length));
      } else if (batch.operation === "write") {
        await writePiece(image, this.#locks, offset, cursor.take(length));
      } else {
        await zeroPiece(image, this.#locks, offset, length, batch.operation === "discard");
      }
    }
  }

  *#pieces({ offset, length, operation }: Batch): Generator<{ offset: number; length: number }> {
    const { clusterSize } = this.#image.geometry;
    const moves = operation === "read" || operation === "write";
    const most = moves ? Math.max(MOVED_MAX, clusterSize) : ZEROED_MAX * clusterSize;
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const next = Math.min(end, (Math.floor(at / most) + 1) * most);
      yield { offset: at, length: next - at };
      at = next;
    }
  }

  #errnoOf(error: unknown) {
    this.#image.met(error);
    return toErrno(error instanceof Error && "code" in error ? String(error.code) : undefined);
  }
}
