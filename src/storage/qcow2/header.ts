/**
 * The header of a qcow2 image and what follows it in the first cluster: the extensions, and the
 * name of the backing file (QEMU docs/interop/qcow2.rst, "Header" and "Header extensions").
 *
 * An image with a feature that is not known here is refused in the words in which QEMU refuses it.
 */
import { unusable } from "./damage.ts";
import { geometryOf, l1EntriesFor } from "./geometry.ts";
import type { HostFile } from "./host-file.ts";
import { L1_TABLE_MAX } from "./mapping.ts";
import { REFCOUNT_TABLE_MAX } from "./refcounts.ts";

export const MAGIC = 0x514649fb;
export const EXTENSION_BACKING_FORMAT = 0xe2792aca;
export const EXTENSION_FEATURE_NAMES = 0x6803f857;
export const EXTENSION_BITMAPS = 0x23852875;
const EXTENSION_ENCRYPTION = 0x0537be77;
const EXTENSION_DATA_FILE = 0x44415441;

export const INCOMPATIBLE_DIRTY = 1n;
export const INCOMPATIBLE_CORRUPT = 2n;
const INCOMPATIBLE_DATA_FILE = 4n;
const INCOMPATIBLE_COMPRESSION = 8n;
const INCOMPATIBLE_EXTENDED_L2 = 16n;
export const COMPATIBLE_LAZY_REFCOUNTS = 1n;
export const AUTOCLEAR_BITMAPS = 1n;
/** What helps with an image that is right, and not known here. */
const CONVERT = "convert it with `qemu-img convert -O qcow2`";
/** where the incompatible bits are, in bytes */
export const INCOMPATIBLE_FIELD = 72;
/** where the autoclear bits are, in bytes */
export const AUTOCLEAR_FIELD = 88;

const HEADER_V2 = 72;
const HEADER_V3_MIN = 104;
const BACKING_NAME_MAX = 1023;
const SNAPSHOTS_MAX = 65536;

/** Where the bitmaps of an image are. */
export interface BitmapsPlace {
  readonly count: number;
  /** bytes */
  readonly directorySize: number;
  readonly directoryOffset: number;
}

/** What the first cluster says. Sizes and offsets are bytes. */
export interface Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  /** of the disk that the image shows */
  readonly size: number;
  /** the file that has what is absent here, and its format if it is said; null: none */
  readonly backing: { readonly file: string; readonly format: string | null } | null;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly snapshotCount: number;
  readonly snapshotsOffset: number;
  readonly incompatible: bigint;
  readonly compatible: bigint;
  readonly autoclear: bigint;
  readonly refcountOrder: number;
  /** how compressed clusters are; the second can be read only where Node has it */
  readonly compression: "zlib" | "zstd";
  readonly bitmaps: BitmapsPlace | null;
  /** the fields as they are, without what follows them */
  readonly fields: Buffer;
  /** all extensions, in order */
  readonly extensions: readonly Extension[];
}

export interface Extension {
  readonly type: number;
  readonly data: Buffer;
}

/**
 * Reads the first cluster of a file.
 *
 * @param name of the image, for messages
 * @throws BlockgraphError `image-unusable`: no qcow2 image, one that contradicts itself, or one
 * with a feature that is not supported
 */
export function readHeader(host: HostFile, name: string): Header {
  const start = host.readNow(0, 512);
  if (host.size < HEADER_V2 || start.readUInt32BE(0) !== MAGIC) {
    throw unusable(name, "Image is not in qcow2 format: name one that is, or open it as raw");
  }
  const version = start.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw unusable(name, `Unsupported qcow2 version ${version}: convert it with qemu-img`);
  }
  const clusterBits = start.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw unusable(name, `Unsupported cluster size: 2^${clusterBits}; 2^9 to 2^21 are possible`);
  }
  const cluster = host.readNow(0, 2 ** clusterBits);
  const length = version === 2 ? HEADER_V2 : cluster.readUInt32BE(100);
  if (version === 3 && length < HEADER_V3_MIN) throw unusable(name, "qcow2 header too short");
  if (length > cluster.length) throw unusable(name, "qcow2 header exceeds cluster size");
  return new HeaderReader(name, version, clusterBits, cluster, length).read();
}

/** Reads fields, and refuses what they must not say. */
class HeaderReader {
  readonly #name: string;
  readonly #version: 2 | 3;
  readonly #clusterBits: number;
  readonly #cluster: Buffer;
  readonly #length: number;

  constructor(name: string, version: 2 | 3, clusterBits: number, cluster: Buffer, length: number) {
    this.#name = name;
    this.#version = version;
    this.#clusterBits = clusterBits;
    this.#cluster = cluster;
    this.#length = length;
  }

  read(): Header {
    const cluster = this.#cluster;
    const backingOffset = this.#number(8, "backing file offset");
    const extensions = this.#extensions(backingOffset);
    const incompatible = this.#flags(INCOMPATIBLE_FIELD);
    this.#refuseFeatures(incompatible, extensions);
    const refcountOrder = this.#version === 2 ? 4 : cluster.readUInt32BE(96);
    if (refcountOrder > 6) {
      this.#refuse("Reference count entry width too large; may not exceed 64 bits");
    }
    const autoclear = this.#flags(AUTOCLEAR_FIELD);
    const header: Header = {
      version: this.#version,
      clusterBits: this.#clusterBits,
      size: this.#number(24, "virtual size"),
      backing: this.#backing(backingOffset, extensions),
      l1Entries: cluster.readUInt32BE(36),
      l1Offset: this.#number(40, "active L1 table offset"),
      refcountTableOffset: this.#number(48, "reference count table offset"),
      refcountTableClusters: cluster.readUInt32BE(56),
      snapshotCount: cluster.readUInt32BE(60),
      snapshotsOffset: this.#number(64, "snapshot table offset"),
      incompatible,
      compatible: this.#flags(80),
      autoclear,
      refcountOrder,
      compression: this.#compression(incompatible),
      bitmaps: this.#bitmaps(extensions, autoclear),
      fields: Buffer.from(cluster.subarray(0, this.#length)),
      extensions,
    };
    this.#checkTables(header);
    return header;
  }

  #refuse(text: string, remedy = "try `qemu-img check`"): never {
    throw unusable(this.#name, `${text}: ${remedy}`);
  }

  #number(at: number, what: string): number {
    const value = this.#cluster.readBigUInt64BE(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.#refuse(`the ${what} ${value} is too large`);
    return Number(value);
  }

  #flags(at: number): bigint {
    return this.#version === 2 ? 0n : this.#cluster.readBigUInt64BE(at);
  }

  #extensions(backingOffset: number): Extension[] {
    const end =
      backingOffset > 0 ? Math.min(backingOffset, this.#cluster.length) : this.#cluster.length;
    const extensions: Extension[] = [];
    for (let at = this.#length; at + 8 <= end; ) {
      const type = this.#cluster.readUInt32BE(at);
      const length = this.#cluster.readUInt32BE(at + 4);
      if (type === 0) break;
      if (length > end - at - 8) this.#refuse("Header extension too large");
      const data = Buffer.from(this.#cluster.subarray(at + 8, at + 8 + length));
      extensions.push({ type, data });
      at += 8 + Math.ceil(length / 8) * 8;
    }
    return extensions;
  }

  #backing(offset: number, extensions: readonly Extension[]): Header["backing"] {
    if (offset === 0) return null;
    const length = this.#cluster.readUInt32BE(16);
    if (length === 0) return null;
    if (offset > this.#cluster.length) this.#refuse("Invalid backing file offset");
    if (length > BACKING_NAME_MAX || length > this.#cluster.length - offset) {
      this.#refuse("Backing file name too long");
    }
    const format = extensions.find(({ type }) => type === EXTENSION_BACKING_FORMAT);
    return {
      file: this.#cluster.toString("utf8", offset, offset + length),
      format: format === undefined ? null : format.data.toString("utf8"),
    };
  }

  #refuseFeatures(incompatible: bigint, extensions: readonly Extension[]): void {
    const method = this.#cluster.readUInt32BE(32);
    const encrypted = extensions.some(({ type }) => type === EXTENSION_ENCRYPTION);
    if (method !== 0 || encrypted) this.#refuse(`Unsupported encryption method ${method}`, CONVERT);
    const dataFile = extensions.some(({ type }) => type === EXTENSION_DATA_FILE);
    if ((incompatible & INCOMPATIBLE_DATA_FILE) !== 0n || dataFile) {
      this.#refuse("Unsupported qcow2 feature(s): external data file", CONVERT);
    }
    if ((incompatible & INCOMPATIBLE_EXTENDED_L2) !== 0n) {
      this.#refuse("Unsupported qcow2 feature(s): extended L2 entries", CONVERT);
    }
    const known = INCOMPATIBLE_DIRTY | INCOMPATIBLE_CORRUPT | INCOMPATIBLE_COMPRESSION;
    const unknown = incompatible & ~known;
    if (unknown === 0n) return;
    const names = featureNames(extensions, unknown);
    this.#refuse(`Unsupported qcow2 feature(s): ${names.join(", ")}`, CONVERT);
  }

  #compression(incompatible: bigint): "zlib" | "zstd" {
    const type = this.#length > 104 && this.#version === 3 ? (this.#cluster[104] ?? 0) : 0;
    const marked = (incompatible & INCOMPATIBLE_COMPRESSION) !== 0n;
    if (type > 1) this.#refuse(`qcow2: unknown compression type: ${type}`);
    if (marked !== (type !== 0)) {
      const must = marked ? "must not be set" : "must be set";
      this.#refuse(`qcow2: Compression type incompatible feature bit ${must}`);
    }
    return type === 0 ? "zlib" : "zstd";
  }

  #bitmaps(extensions: readonly Extension[], autoclear: bigint): BitmapsPlace | null {
    const extension = extensions.find(({ type }) => type === EXTENSION_BITMAPS);
    if ((autoclear & AUTOCLEAR_BITMAPS) === 0n) return null;
    if (extension === undefined) {
      this.#refuse("the autoclear bit of bitmaps is set, and there is no bitmaps extension");
    }
    const { data } = extension;
    if (data.length !== 24) this.#refuse(`bitmaps_ext: Invalid extension length`);
    const count = data.readUInt32BE(0);
    const directorySize = Number(data.readBigUInt64BE(8));
    const directoryOffset = Number(data.readBigUInt64BE(16));
    if (data.readUInt32BE(4) !== 0) this.#refuse("bitmaps_ext: Reserved field is not zero");
    if (count === 0) this.#refuse("found bitmaps extension with zero bitmaps");
    if (count > 65535) this.#refuse(`bitmaps_ext: image has ${count} bitmaps, exceeding 65535`);
    this.#checkTable("bitmap directory", directoryOffset, directorySize, count * (24 + 1023 + 8));
    return { count, directorySize, directoryOffset };
  }

  #checkTables(header: Header): void {
    const { l1Entries, l1Offset, refcountTableOffset, refcountTableClusters, size } = header;
    const geometry = geometryOf(header.clusterBits, header.refcountOrder);
    this.#checkTable("Active L1 table", l1Offset, l1Entries * 8, L1_TABLE_MAX);
    if (l1Entries < l1EntriesFor(size, geometry)) this.#refuse("L1 table is too small");
    if (refcountTableClusters === 0 || refcountTableOffset === 0) {
      this.#refuse("Image does not contain a reference count table");
    }
    const tableLength = refcountTableClusters * geometry.clusterSize;
    this.#checkTable("Reference count table", refcountTableOffset, tableLength, REFCOUNT_TABLE_MAX);
    if (header.snapshotCount > SNAPSHOTS_MAX) this.#refuse("Snapshot table too large");
    this.#checkTable("Snapshot table", header.snapshotsOffset, 0, 0);
  }

  #checkTable(what: string, offset: number, length: number, most: number): void {
    if (length > most) this.#refuse(`${what} too large`);
    if (offset % this.#cluster.length !== 0) this.#refuse(`${what} offset invalid`);
  }
}

/** What the unknown bits are called, by the image itself where it says so. */
function featureNames(extensions: readonly Extension[], bits: bigint): string[] {
  const names: string[] = [];
  let left = bits;
  const table = extensions.find(({ type }) => type === EXTENSION_FEATURE_NAMES)?.data;
  for (let at = 0; table !== undefined && at + 48 <= table.length; at += 48) {
    const bit = 1n << BigInt((table[at + 1] ?? 0) & 63);
    if (table[at] !== 0 || (left & bit) === 0n) continue;
    names.push(table.toString("utf8", at + 2, at + 48).replace(/\0.*$/s, ""));
    left &= ~bit;
  }
  if (left !== 0n) names.push(`Unknown incompatible feature: ${left.toString(16)}`);
  return names;
}
