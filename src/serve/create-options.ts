/**
 * What `blockdev-create` is given (QAPI `BlockdevCreateOptions`), as far as there is something to
 * be made of it: files, and qcow2 images in nodes.
 */
import { z } from "zod";
import { DRIVERS } from "../drivers/registry.ts";
import { isJsonObject, type JsonObject } from "../graph/graph.ts";
import { bytesOf, size } from "../graph/qapi-integer.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";
import type { CreateQcow2Options } from "../storage/qcow2/create.ts";

const preallocation = z.enum(["off", "metadata", "falloc", "full"]).default("off");

const file = z.strictObject({
  driver: z.literal("file"),
  filename: z.string(),
  size,
  preallocation,
  nocow: z.boolean().optional(),
  "extent-size-hint": size.optional(),
});

const qcow2 = z.strictObject({
  driver: z.literal("qcow2"),
  file: z.union([z.string(), z.custom<JsonObject>(isJsonObject)]),
  size,
  version: z.enum(["v2", "v3"]).default("v3"),
  "backing-file": z.string().optional(),
  "backing-fmt": z.string().optional(),
  "cluster-size": size.default(65_536),
  preallocation,
  "lazy-refcounts": z.boolean().default(false),
  "refcount-bits": size.default(16),
  "compression-type": z.enum(["zlib", "zstd"]).default("zlib"),
  "extended-l2": z.boolean().default(false),
});

export type FileCreation = z.infer<typeof file>;
export type Qcow2Creation = z.infer<typeof qcow2>;

const any = z.object({ driver: z.string() });

/** @throws BlockgraphError `graph-refused`: no image is made of that, in QEMU's words */
export function parseCreation(options: JsonObject): FileCreation | Qcow2Creation {
  const { driver } = parseArguments(any, options, "options.");
  if (driver === "file") return parseArguments(file, options, "options.");
  if (driver === "qcow2") {
    const { file: below = "" } = options;
    if (typeof below !== "string" && !isJsonObject(below)) {
      throw refuse("Invalid parameter type for 'file', expected: BlockdevRef");
    }
    return parseArguments(qcow2, options, "options.");
  }
  if (!DRIVERS.has(driver)) throw refuse(`Parameter 'driver' does not accept value '${driver}'`);
  throw refuse("Driver does not support blockdev-create");
}

const SECTOR = 512n;
/** the first size that is negative to who reads it with a sign */
export const SIGNED_END = 2n ** 63n;
const CLUSTER_MIN = 512;
const CLUSTER_MAX = 2 * 1024 * 1024;
const REFCOUNT_BITS = 16;
const REFCOUNT_BITS_MAX = 64;

/**
 * The image that is wanted (QEMU block/qcow2.c, `qcow2_co_create`).
 * @throws BlockgraphError `graph-refused`: there is no such image
 */
export function qcow2Options(given: Qcow2Creation): CreateQcow2Options {
  const { "cluster-size": clusterSize, "refcount-bits": refcountBits } = given;
  const { "backing-file": backing, "backing-fmt": format, "lazy-refcounts": lazy } = given;
  const bytes = bytesOf(given.size);
  if (bytes % SECTOR !== 0n) throw refuse("Image size must be a multiple of 512 bytes");
  if (!isPower(clusterSize) || clusterSize < CLUSTER_MIN || clusterSize > CLUSTER_MAX) {
    throw refuse("Cluster size must be a power of two between 512 and 2048k");
  }
  if (given["extended-l2"]) throw refuse("Extended L2 entries are not supported: leave them out");
  if (given.preallocation !== "off" && backing !== undefined) throw refuse(NO_PREALLOCATION);
  if (given.preallocation !== "off")
    throw refuse("Preallocation is not supported: say 'off', or use `qemu-img create`");
  const isOld = given.version === "v2";
  if (isOld && lazy)
    throw refuse(`Lazy refcounts only supported with ${NEW} (use version=v3 or greater)`);
  if (!isPower(refcountBits) || refcountBits > REFCOUNT_BITS_MAX) {
    throw refuse("Refcount width must be a power of two and may not exceed 64 bits");
  }
  if (isOld && refcountBits !== REFCOUNT_BITS) throw refuse(NO_REFCOUNTS);
  if (format !== undefined && backing === undefined) {
    throw refuse("Backing format cannot be used without backing file");
  }
  if (given["compression-type"] !== "zlib") {
    throw refuse("New images are compressed with zlib: leave the compression type out");
  }
  if (bytes >= SIGNED_END) throw refuse("Could not resize image: Image size cannot be negative");
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse(TOO_LARGE);
  return {
    ...{ size: Number(bytes), clusterSize, refcountBits, version: isOld ? 2 : 3 },
    lazyRefcounts: lazy,
    ...(backing !== undefined && { backing: { file: backing, format: format ?? null } }),
  };
}

export const TOO_LARGE = "Could not resize image: Failed to grow the L1 table: File too large";
const NEW = "compatibility level 1.1 and above";
const NO_REFCOUNTS =
  "Different refcount widths than 16 bits require compatibility level 1.1 or above " +
  "(use version=v3 or greater)";
const NO_PREALLOCATION =
  "Backing file and preallocation can only be used at the same time if extended_l2 is on";

function isPower(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
