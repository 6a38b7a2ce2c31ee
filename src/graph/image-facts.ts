/**
 * What is known of images from outside: the graph opens no files, so whoever has them tells.
 *
 * Where nothing is known, no rule asks: lengths are not compared, and no backing file is found in a
 * header. Where images are known, a file that is not among them does not exist.
 */
import type { JsonObject } from "./graph.ts";
import { refuse } from "./refuse.ts";

/** bytes of a cluster of a qcow2 image that is made without a word about it (block/qcow2.h) */
export const QCOW2_CLUSTER = 65_536;

/** One image. */
export interface ImageFact {
  /** bytes of the file itself; null: not known */
  readonly length: number | null;
  /** what its first cluster says; null: it is not in the format qcow2 */
  readonly header: ImageHeader | null;
  /** what QEMU says to a node that would write it; absent, or null: it can be written */
  readonly unwritable?: string | null;
}

/** The part of a qcow2 header that graph commands depend on. */
export interface ImageHeader {
  /** bytes that the image shows */
  readonly size: number;
  /** bytes of a cluster */
  readonly clusterSize: number;
  /** the backing file that it names; null: none */
  readonly backing: {
    readonly filename: string;
    /** its format; a node can be opened on `raw` and `qcow2` */
    readonly driver: string;
  } | null;
  /** persistent bitmaps; absent: none */
  readonly bitmaps?: readonly ImageBitmap[];
  /** of the format; absent: the latest */
  readonly version?: 2 | 3;
}

/** What an image says of one of its bitmaps. */
export interface ImageBitmap {
  readonly name: string;
  /** bytes that a bit stands for */
  readonly granularity: number;
  /** whether it is to record */
  readonly enabled: boolean;
  /** whether whoever had it last did not store it */
  readonly inconsistent: boolean;
}

/** Images by file name. */
export type ImageFacts = ReadonlyMap<string, ImageFact>;

/**
 * What is known of a file; undefined: nothing is known of any.
 * @throws BlockgraphError `graph-refused` if it does not exist
 */
export function factOf(filename: string, images: ImageFacts | undefined): ImageFact | undefined {
  const fact = images?.get(filename);
  if (images === undefined || fact !== undefined) return fact;
  throw refuse(`Could not open '${filename}': No such file or directory`);
}

/** Whether a backing file is in a format that a node can be opened on. */
export function isKnownFormat(driver: string): driver is "raw" | "qcow2" {
  return driver === "raw" || driver === "qcow2";
}

/**
 * The backing file of a header as QEMU opens it, if the command does not say otherwise.
 * @throws BlockgraphError `graph-refused` if it is in a format that there is not
 */
export function backingDefinition({ backing }: ImageHeader): JsonObject | null {
  if (backing === null) return null;
  if (!isKnownFormat(backing.driver)) {
    throw refuse(`Could not open backing file: Unknown driver '${backing.driver}'`);
  }
  return { driver: backing.driver, file: { driver: "file", filename: backing.filename } };
}
