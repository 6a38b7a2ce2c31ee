/**
 * Bytes to cells: how a disk of any size becomes a handful of numbers.
 *
 * A cell is the largest piece of which every request, cluster, image and window is a multiple, so
 * that all bytes of a cell always have the same history. Where no window is shifted, and no node
 * asks for any of its clusters, those that no request touches are left out: nothing ever happens to
 * them.
 */
import { BlockgraphError } from "../../../error.ts";

/**
 * More than that makes no state that anybody wants to search; and to compile the functions of such
 * states takes a minute in which nothing can be interrupted, where these take 2 s.
 */
const CELLS_MAX = 1024;

export interface ByteRange {
  /** bytes */
  readonly offset: number;
  readonly length: number;
}

export class Geometry {
  /** bytes of a cell */
  readonly unit: number;
  /** cells of a cluster */
  readonly clusterCells: number;
  readonly #clusterSize: number;
  /** numbers of the clusters that are kept, ascending; null: all of them */
  readonly #kept: readonly number[] | null;

  /**
   * @param clusterSize bytes
   * @param measures everything that must be a whole number of cells, in bytes
   * @param touched the ranges of all requests; null: they may be anywhere, so all clusters are kept
   * @param longest bytes of the longest node
   * @throws BlockgraphError `bad-argument` if the model has too many cells to be checked
   */
  constructor(
    clusterSize: number,
    measures: readonly number[],
    touched: readonly ByteRange[] | null,
    longest: number,
  ) {
    this.#clusterSize = clusterSize;
    this.unit = measures.reduce(greatestCommonDivisor, clusterSize);
    this.clusterCells = clusterSize / this.unit;
    this.#kept = touched === null ? null : keptClusters(touched, clusterSize);
    const cells = this.cells(longest);
    if (cells <= CELLS_MAX) return;
    throw new BlockgraphError(
      "bad-argument",
      `its requests cut the disk into ${cells} cells of ${this.unit} bytes, and a check can ` +
        `follow ${CELLS_MAX}; give the requests a coarser alignment, or a smaller disk`,
    );
  }

  /** The number of clusters that a node of so many bytes has. */
  clusters(length: number): number {
    return Math.ceil(this.cells(length) / this.clusterCells);
  }

  /** The number of cells before a byte. */
  cells(byte: number): number {
    if (this.#kept === null) return Math.ceil(byte / this.unit);
    const cluster = Math.floor(byte / this.#clusterSize);
    const before = this.#kept.filter((kept) => kept < cluster).length;
    const inside = this.#kept.includes(cluster) ? byte - cluster * this.#clusterSize : 0;
    return before * this.clusterCells + Math.ceil(inside / this.unit);
  }

  /** The first byte of a cell. */
  byte(cell: number): number {
    if (this.#kept === null) return cell * this.unit;
    const cluster = this.#kept[Math.floor(cell / this.clusterCells)] ?? 0;
    return cluster * this.#clusterSize + (cell % this.clusterCells) * this.unit;
  }
}

function keptClusters(touched: readonly ByteRange[], clusterSize: number): readonly number[] {
  const kept = new Set<number>();
  for (const { offset, length } of touched) {
    const first = Math.floor(offset / clusterSize);
    const end = Math.max(first + 1, Math.ceil((offset + length) / clusterSize));
    for (let cluster = first; cluster < end; cluster++) kept.add(cluster);
  }
  return [...kept].sort((a, b) => a - b);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
