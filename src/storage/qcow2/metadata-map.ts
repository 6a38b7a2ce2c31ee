/**
 * Which host clusters hold metadata, so that no data is ever written there and no two tables share
 * a cluster (QEMU's `overlap-check`).
 */
import { Damage } from "./damage.ts";

export class MetadataMap {
  readonly #clusterSize: number;
  /** host cluster -> what it is part of */
  readonly #owners = new Map<number, string>();

  constructor(clusterSize: number) {
    this.#clusterSize = clusterSize;
  }

  /**
   * Claims a part of the file for a table.
   *
   * @param owner what the table is, for messages
   * @throws Damage if some of it belongs to another table
   */
  claim(owner: string, offset: number, length: number): void {
    const first = Math.floor(offset / this.#clusterSize);
    const end = Math.ceil((offset + length) / this.#clusterSize);
    for (let cluster = first; cluster < end; cluster++) {
      const other = this.#owners.get(cluster);
      if (other !== undefined) {
        throw new Damage(`the ${owner} at ${offset} overlaps with the ${other}`);
      }
      this.#owners.set(cluster, owner);
    }
  }

  /** Takes note of a table that other tables may lie in the same place with, as in snapshots. */
  claimShared(owner: string, offset: number): void {
    const cluster = Math.floor(offset / this.#clusterSize);
    const other = this.#owners.get(cluster);
    if (other === undefined) this.#owners.set(cluster, owner);
    else if (!other.endsWith("L2 table")) {
      throw new Damage(`the ${owner} at ${offset} overlaps with the ${other}`);
    }
  }

  /** Gives a part of the file free again. */
  release(offset: number, length: number): void {
    const first = Math.floor(offset / this.#clusterSize);
    const end = Math.ceil((offset + length) / this.#clusterSize);
    for (let cluster = first; cluster < end; cluster++) this.#owners.delete(cluster);
  }

  /** What a host cluster holds; undefined: no metadata */
  ownerOf(cluster: number): string | undefined {
    return this.#owners.get(cluster);
  }

  /** Host clusters that hold metadata. */
  clusters(): Iterable<number> {
    return this.#owners.keys();
  }
}
