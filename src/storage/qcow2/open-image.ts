/**
 * From a file to an image whose tables can be used.
 *
 * Before it is opened for writing its tables are checked to be in the file, counted and nowhere on
 * top of each other, so that what is written to one place never changes another. An image whose
 * refcounts may be wrong has them rebuilt first.
 */
import { placesOf } from "./bitmap-store.ts";
import { type BitmapDirectory, readBitmaps } from "./bitmaps.ts";
import { claimMetadata, requireCounted } from "./claim-metadata.ts";
import { Damage, orUnusable, unusable } from "./damage.ts";
import { geometryOf } from "./geometry.ts";
import {
  AUTOCLEAR_BITMAPS,
  AUTOCLEAR_FIELD,
  type Header,
  INCOMPATIBLE_CORRUPT,
  INCOMPATIBLE_DIRTY,
  readHeader,
} from "./header.ts";
import { type HostFile, SYNC } from "./host-file.ts";
import { Qcow2Image } from "./image.ts";
import { Mapping } from "./mapping.ts";
import { MetadataMap } from "./metadata-map.ts";
import { rebuildRefcounts } from "./rebuild-refcounts.ts";
import { Refcounts } from "./refcounts.ts";
import { readSnapshots, type Snapshot, type SnapshotTable } from "./snapshots.ts";
import { TableCache } from "./table-cache.ts";

/** bytes of tables of one kind that are kept in memory, unless that is less than four */
const CACHE_BYTES = 8 * 1024 * 1024;
const CACHE_TABLES_MIN = 4;

export interface OpenQcow2Options {
  /** changes end with `EPERM`; the file need not be writable. Default: false */
  readonly readOnly?: boolean;
  /** whether space that is free is given back to the file, as by `discard=unmap`. Default: false */
  readonly unmap?: boolean;
  /** tables of one kind to keep in memory. Default: 8 MiB of them */
  readonly cacheTables?: number;
}

/** What an image has beside its disk. */
export interface ImageFacts {
  readonly snapshots: readonly Snapshot[];
  /** null: no bitmaps that can be relied upon */
  readonly directory: BitmapDirectory | null;
}

export interface OpenedImage {
  readonly image: Qcow2Image;
  readonly facts: ImageFacts;
  /** the L1 table as it was in the file */
  readonly l1: Buffer;
}

/**
 * @param name for messages
 * @throws BlockgraphError `image-unusable`
 */
export function openQcow2Image(
  host: HostFile,
  name: string,
  options: OpenQcow2Options,
): OpenedImage {
  return orUnusable(name, () => {
    const header = readHeader(host, name);
    if (options.readOnly !== true) {
      refuseWriting(header, name);
      if ((header.incompatible & INCOMPATIBLE_DIRTY) !== 0n) rebuildRefcounts(host, header, name);
    }
    return new Opening(host, name, readHeader(host, name), options).open();
  });
}

class Opening {
  readonly #host: HostFile;
  readonly #name: string;
  readonly #header: Header;
  readonly #options: OpenQcow2Options;
  readonly #cacheTables: number;

  constructor(host: HostFile, name: string, header: Header, options: OpenQcow2Options) {
    this.#host = host;
    this.#name = name;
    this.#header = header;
    this.#options = options;
    const tables = Math.floor(CACHE_BYTES / 2 ** header.clusterBits);
    this.#cacheTables = options.cacheTables ?? Math.max(CACHE_TABLES_MIN, tables);
  }

  open(): OpenedImage {
    const [host, name, header] = [this.#host, this.#name, this.#header];
    const geometry = geometryOf(header.clusterBits, header.refcountOrder);
    const l1 = this.#table("active L1 table", header.l1Offset, header.l1Entries * 8);
    const cache = new TableCache(this.#cacheTables);
    const mapping = new Mapping(host, geometry, header.version, cache, l1, header.l1Offset);
    const table = readSnapshots(host, header, name);
    const facts = { snapshots: table.snapshots, directory: readBitmaps(host, header, name) };
    const { unmap = false } = this.#options;
    const parts = { name, host, header, geometry, mapping, unmap };
    if (this.#options.readOnly === true) {
      return { image: new Qcow2Image({ ...parts, changes: null }), facts, l1 };
    }
    const metadata = new MetadataMap(geometry.clusterSize);
    const refcounts = this.#refcounts(metadata, (...given) => image.giveUp(...given));
    const image = new Qcow2Image({ ...parts, changes: { refcounts, metadata } });
    this.#claim(image, l1, table, facts.directory);
    clearAutoclear(host, header);
    return { image, facts, l1 };
  }

  #refcounts(metadata: MetadataMap, giveUp: (offset: number, clusters: number) => void): Refcounts {
    const { clusterBits, refcountOrder, refcountTableClusters } = this.#header;
    const { refcountTableOffset: offset } = this.#header;
    const geometry = geometryOf(clusterBits, refcountOrder);
    const length = refcountTableClusters * geometry.clusterSize;
    const table = this.#table("reference count table", offset, length);
    const cache = new TableCache(this.#cacheTables);
    return new Refcounts(this.#host, geometry, metadata, cache, table, offset, giveUp);
  }

  #claim(
    image: Qcow2Image,
    l1: Buffer,
    { snapshots, length }: SnapshotTable,
    directory: BitmapDirectory | null,
  ): void {
    const { geometry, header, host, name } = image;
    const { refcounts, metadata } = image.changes;
    claimMetadata({ host, header, geometry, l1, snapshots, length, refcounts, metadata });
    if (directory !== null) {
      for (const place of placesOf(host, directory, geometry.clusterSize, name)) {
        metadata.claim(place.what, place.offset, place.length);
      }
    }
    requireCounted(refcounts, metadata);
  }

  #table(what: string, offset: number, length: number): Buffer {
    const clusterSize = 2 ** this.#header.clusterBits;
    if (offset + length > Math.ceil(this.#host.size / clusterSize) * clusterSize) {
      throw new Damage(`the ${what} ends beyond the file`);
    }
    return this.#host.readNow(offset, length);
  }
}

/** @throws BlockgraphError `image-unusable` if the image must not be written to as it is */
function refuseWriting({ incompatible }: Header, name: string): void {
  if ((incompatible & INCOMPATIBLE_CORRUPT) !== 0n) {
    const text = "qcow2: Image is corrupt; cannot be opened read/write";
    throw unusable(name, `${text}: open it read-only, or repair it with \`qemu-img check -r all\``);
  }
}

/** Whoever writes to an image clears the bits of what may be wrong then. */
function clearAutoclear(host: HostFile, { autoclear, version }: Header): void {
  const known = autoclear & AUTOCLEAR_BITMAPS;
  if (version < 3 || known === autoclear) return;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(known);
  host.stepNow({ kind: "write", offset: AUTOCLEAR_FIELD, bytes });
  host.stepNow(SYNC);
}
