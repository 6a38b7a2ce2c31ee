/**
 * A new qcow2 image: a header, a refcount table with one block, and a disk of no bytes, which then
 * grows to its size as any image does (resize.ts).
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import { orRefuse } from "../file-refusal.ts";
import { backingFormat, encodeExtensions, FEATURE_NAMES } from "./encode-header.ts";
import {
  COMPATIBLE_LAZY_REFCOUNTS,
  EXTENSION_FEATURE_NAMES,
  type Extension,
  MAGIC,
} from "./header.ts";
import { type HostFile, OpenedFile, SYNC } from "./host-file.ts";
import { setRefcount } from "./refcount-bits.ts";
import { resizeOn } from "./resize.ts";

export interface CreateQcow2Options {
  /** bytes that the image shows; QEMU sees as many sectors of 512 bytes as are whole */
  readonly size: number;
  /** bytes, a power of two from 512 to 2 MiB. Default: 65536 */
  readonly clusterSize?: number;
  /** the file that has what was never written. Default: none */
  readonly backing?: {
    readonly file: string;
    /** null: nobody says, and whoever opens it looks at it */
    readonly format: string | null;
  };
  /** 2 is for programs older than QEMU 1.1. Default: 3 */
  readonly version?: 2 | 3;
  /** a power of two from 1 to 64. Default: 16 */
  readonly refcountBits?: number;
  /** let others put off the writing of refcounts; we never do. Default: false */
  readonly lazyRefcounts?: boolean;
}

const HEADER_V2 = 72;
const HEADER_V3 = 112;
/** host clusters of a new image: header, refcount table, refcount block */
const FIRST_CLUSTERS = 3;
/** A new image hides nothing of its backing file. */
const NOTHING = 0;

/**
 * Makes the file, which must not exist yet.
 *
 * @throws BlockgraphError `bad-argument`: options that no image can have; `image-unusable`: the
 * file exists, or cannot be made
 */
export function createQcow2(path: string, options: CreateQcow2Options): void {
  const first = firstClusters(path, options);
  const fd = orRefuse(path, () => fs.openSync(path, "wx+"));
  const host = new OpenedFile(fd);
  try {
    orRefuse(path, () => createOn(host, first));
    resizeOn(host, path, options.size, { behind: NOTHING });
  } catch (error) {
    fs.unlinkSync(path);
    throw error;
  } finally {
    host.close();
  }
}

/** The same in any empty host file. */
export function createQcow2On(host: HostFile, name: string, options: CreateQcow2Options): void {
  createOn(host, firstClusters(name, options));
  resizeOn(host, name, options.size, { behind: NOTHING });
}

function createOn(host: HostFile, bytes: Buffer): void {
  host.stepNow({ kind: "write", offset: 0, bytes });
  host.stepNow(SYNC);
}

/** An image of no bytes. */
function firstClusters(name: string, options: CreateQcow2Options): Buffer {
  const { size, clusterSize = 65_536, version = 3, refcountBits = 16 } = options;
  const refuse = (text: string) => new BlockgraphError("bad-argument", `${name}: ${text}`);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw refuse(`an image cannot have ${size} bytes: give a whole number, 0 or more`);
  }
  const clusterBits = Math.log2(clusterSize);
  if (!Number.isInteger(clusterBits) || clusterBits < 9 || clusterBits > 21) {
    throw refuse("Cluster size must be a power of two between 512 and 2048k");
  }
  const order = Math.log2(refcountBits);
  if (!Number.isInteger(order) || order < 0 || order > 6) {
    throw refuse("Refcount width must be a power of two and may not exceed 64 bits");
  }
  if (version === 2 && (refcountBits !== 16 || options.lazyRefcounts === true)) {
    throw refuse("other refcounts than of 16 bits, and lazy ones, need version 3");
  }
  const bytes = Buffer.alloc(FIRST_CLUSTERS * clusterSize);
  const rest = encodeExtensions(extensionsOf(options, version), options.backing?.file ?? null);
  const headerLength = version === 2 ? HEADER_V2 : HEADER_V3;
  if (headerLength + rest.bytes.length > clusterSize) {
    throw refuse("the backing file's name does not fit into a cluster: take larger clusters");
  }
  rest.bytes.copy(bytes, headerLength);
  writeFields(bytes, { version, clusterBits, clusterSize, order });
  if (options.backing !== undefined) {
    bytes.writeBigUInt64BE(BigInt(headerLength + rest.nameAt), 8);
    bytes.writeUInt32BE(rest.bytes.length - rest.nameAt, 16);
  }
  if (options.lazyRefcounts === true) bytes.writeBigUInt64BE(COMPATIBLE_LAZY_REFCOUNTS, 80);
  const block = bytes.subarray(2 * clusterSize, 3 * clusterSize);
  for (let cluster = 0; cluster < FIRST_CLUSTERS; cluster++) {
    setRefcount(block, cluster, refcountBits, 1);
  }
  return bytes;
}

function extensionsOf({ backing, clusterSize }: CreateQcow2Options, version: 2 | 3): Extension[] {
  const extensions: Extension[] = [];
  if (backing !== undefined && backing.format !== null) {
    extensions.push(backingFormat(backing.format));
  }
  // It helps whoever does not know a feature, and would fill the smallest clusters.
  if (version === 3 && (clusterSize ?? 65_536) >= 4096) {
    extensions.push({ type: EXTENSION_FEATURE_NAMES, data: FEATURE_NAMES });
  }
  return extensions;
}

interface FirstFields {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly clusterSize: number;
  readonly order: number;
}

function writeFields(bytes: Buffer, fields: FirstFields): void {
  const { version, clusterBits, clusterSize, order } = fields;
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(version, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(clusterSize), 48);
  bytes.writeUInt32BE(1, 56);
  if (version === 3) {
    bytes.writeUInt32BE(order, 96);
    bytes.writeUInt32BE(HEADER_V3, 100);
  }
  // The refcount table names its only block.
  bytes.writeBigUInt64BE(BigInt(2 * clusterSize), clusterSize);
}
