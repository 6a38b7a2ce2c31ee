/**
 * The refcounts of an image that was not closed properly, made anew from what refers to each host
 * cluster. QEMU does the same before it opens such an image for writing (block/qcow2.c,
 * `qcow2_do_open`, by `BDRV_FIX_ERRORS | BDRV_FIX_LEAKS`): with lazy refcounts those in the file
 * are what they were when it was last opened, or any later ones.
 *
 * Until the end the image is marked as it was, so that whoever opens it after a crash begins again.
 * Nothing that is referred to is written over.
 */
import { Damage, unusable } from "./damage.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { type Header, INCOMPATIBLE_DIRTY, INCOMPATIBLE_FIELD } from "./header.ts";
import { type HostFile, SYNC } from "./host-file.ts";
import { isCopied, writeOffset } from "./l2-entry.ts";
import { setRefcount } from "./refcount-bits.ts";
import { countReferences, entriesOf, offsetOf, type References } from "./references.ts";

/**
 * Limits: the refcount table does not grow, and stays where it is; an image that would need that is
 * refused, as is one in which a host cluster is used more often than a refcount can say. Nothing is
 * written then.
 *
 * @param header of an image with the dirty bit, which is clear afterwards
 * @param name of the image, for messages
 * @throws BlockgraphError `image-unusable`, Damage: it cannot be done, in particular if references
 *   contradict each other or the file: which of them are right is nothing that can be counted
 */
export function rebuildRefcounts(host: HostFile, header: Header, name: string): void {
  const references = countReferences(host, header, name, (wrong) => {
    const text = `was not closed properly, and its refcounts cannot be rebuilt: ${wrong}`;
    throw unusable(name, `${text}: try \`qemu-img check -r all\``);
  });
  new Rebuilding(host, header, references).run();
}

class Rebuilding {
  readonly #host: HostFile;
  readonly #header: Header;
  readonly #geometry: Geometry;
  readonly #uses: References["uses"];
  /** offsets of the blocks that there are, and of new ones */
  readonly #blocks: number[];
  readonly #oldBlocks: readonly number[];
  /** host clusters that nothing refers to yet: from this one on, new blocks */
  readonly #firstNew: number;
  #end: number;

  constructor(host: HostFile, header: Header, { uses, blocks }: References) {
    this.#host = host;
    this.#header = header;
    this.#geometry = geometryOf(header.clusterBits, header.refcountOrder);
    this.#uses = uses;
    this.#oldBlocks = blocks;
    this.#blocks = [...blocks];
    this.#firstNew = uses.clusters;
    this.#end = uses.clusters;
  }

  run(): void {
    this.#placeBlocks();
    for (const [index, offset] of this.#blocks.entries()) {
      if (offset > 0) this.#writeBlock(index, offset);
    }
    this.#host.stepNow(SYNC);
    this.#writeTable();
    this.#writeFlags();
    this.#host.stepNow(SYNC);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(this.#header.incompatible & ~INCOMPATIBLE_DIRTY);
    this.#host.stepNow({ kind: "write", offset: INCOMPATIBLE_FIELD, bytes });
    this.#host.stepNow(SYNC);
  }

  /** How often a host cluster is referred to; new blocks are by the refcount table. */
  #usesOf(cluster: number): number {
    if (cluster >= this.#firstNew) return cluster < this.#end ? 1 : 0;
    return this.#uses.of(cluster);
  }

  /**
   * Finds places for blocks that are missing, behind everything else. They are counted as well, so
   * that the end may move while it is approached.
   */
  #placeBlocks(): void {
    const { blockEntries, clusterSize, refcountBits } = this.#geometry;
    for (let cluster = 0; cluster < this.#end; cluster++) {
      const uses = this.#usesOf(cluster);
      if (uses >= 2 ** refcountBits) {
        throw new Damage(`host cluster ${cluster} has ${uses} uses, more than a refcount has room`);
      }
      const index = Math.floor(cluster / blockEntries);
      if (uses === 0 || (this.#blocks[index] ?? 0) > 0) continue;
      if (index >= this.#blocks.length) throw new Damage("the refcount table is too small");
      this.#blocks[index] = this.#end * clusterSize;
      this.#end++;
    }
  }

  #writeBlock(index: number, offset: number): void {
    const { blockEntries, clusterSize, refcountBits } = this.#geometry;
    const bytes = Buffer.alloc(clusterSize);
    for (let at = 0; at < blockEntries; at++) {
      const uses = this.#usesOf(index * blockEntries + at);
      if (uses > 0) setRefcount(bytes, at, refcountBits, uses);
    }
    if (bytes.equals(this.#host.readNow(offset, clusterSize))) return;
    this.#host.stepNow({ kind: "write", offset, bytes });
  }

  #writeTable(): void {
    if (this.#end === this.#firstNew) return;
    for (const [index, block] of this.#blocks.entries()) {
      if (block === this.#oldBlocks[index]) continue;
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(block));
      const offset = this.#header.refcountTableOffset + index * 8;
      this.#host.stepNow({ kind: "write", offset, bytes });
    }
    this.#host.stepNow(SYNC);
  }

  /** The flags of the active tables must say which clusters have one user. */
  #writeFlags(): void {
    const { l1Offset, l1Entries } = this.#header;
    const { clusterSize } = this.#geometry;
    const l1 = this.#host.readNow(l1Offset, l1Entries * 8);
    const tables = [...entriesOf(l1)].map(({ entry }) => offsetOf(entry)).filter((at) => at > 0);
    this.#correct(l1, l1Offset);
    for (const offset of tables) this.#correct(this.#host.readNow(offset, clusterSize), offset);
  }

  #correct(table: Buffer, offset: number): void {
    const { clusterSize } = this.#geometry;
    let changed = false;
    for (const { entry, index } of entriesOf(table)) {
      const place = offsetOf(entry);
      if (place === 0 || (entry >> 62n) & 1n) continue;
      const alone = this.#usesOf(place / clusterSize) === 1;
      if (isCopied(table, index) === alone) continue;
      const zero = table.readUInt32BE(index * 8 + 4) & 1;
      writeOffset(table, index, place + zero, alone);
      changed = true;
    }
    if (changed) this.#host.stepNow({ kind: "write", offset, bytes: table });
  }
}
