/**
 * One file of a live graph, opened as what it is: as bytes, or as an image in a format.
 */
import fs from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { ImageFact, ImageHeader } from "../graph/image-facts.ts";
import type { RunImage } from "../run/image-set.ts";
import { openFile } from "../storage/file.ts";
import { FileLock } from "../storage/file-lock.ts";
import { formatOf } from "../storage/image-format.ts";
import type { ImageBitmaps } from "../storage/qcow2/image-bitmaps.ts";
import { openQcow2, type Qcow2Storage } from "../storage/qcow2/open.ts";
import type { ImageFormat } from "../system/system.ts";

export interface LiveFile extends RunImage {
  readonly lock: FileLock;
  readonly writable: boolean;
  readonly fact: ImageFact;
  /** null: its bytes are taken as they are */
  readonly format: ImageFormat | null;
  /** its persistent bitmaps; null: its format has none */
  readonly bitmaps: ImageBitmaps | null;
}

/** @throws BlockgraphError `image-unusable` */
export function openRaw(path: string, writable: boolean): LiveFile {
  const storage = openFile(path, { readOnly: !writable, prompt: true });
  const fact = { length: storage.length, header: null };
  const read = () => fs.readFileSync(path);
  return { storage, read, lock: new FileLock(path), writable, fact, format: null, bitmaps: null };
}

/**
 * @param unmap whether space that the image does not use any more is given back to the file
 * @throws BlockgraphError `image-unusable`, if it is not in that format as well
 */
export function openFormatted(path: string, writable: boolean, unmap: boolean): LiveFile {
  const storage = openQcow2(path, { readOnly: !writable, unmap });
  const clusterSize = 2 ** storage.header.clusterBits;
  const fact = { length: fs.statSync(path).size, header: headerOf(path, storage, clusterSize) };
  // Nobody judges properties of what only a running program has.
  const read = () => new Uint8Array();
  const { bitmaps } = storage;
  const format = {
    clusterSize,
    *own() {
      for (const range of storage.ownClusters()) if (range.kind !== "absent") yield range;
    },
    dirty: (bitmap: string) => dirtyParts(bitmaps, bitmap),
  };
  return { storage, read, lock: new FileLock(path), writable, fact, format, bitmaps };
}

/** What a bitmap calls dirty: nothing, if it is not in the image, or inconsistent. */
function* dirtyParts(bitmaps: ImageBitmaps, name: string) {
  const bitmap = bitmaps.list.find((each) => each.name === name);
  if (bitmap === undefined || bitmap.inconsistent) return;
  const { granularity } = bitmap;
  const bits = bitmaps.bits(name);
  for (let bit = 0; bit < bits.length * 8; bit++) {
    const isDirty = ((bits[bit >>> 3] ?? 0) >> (bit % 8)) & 1;
    if (isDirty === 1) yield { offset: bit * granularity, length: granularity };
  }
}

/** What the header of an image says now. @throws BlockgraphError `image-unusable` */
export function headerIn(path: string): ImageHeader {
  const storage = openQcow2(path, { readOnly: true });
  try {
    return headerOf(path, storage, 2 ** storage.header.clusterBits);
  } finally {
    storage.close();
  }
}

function headerOf(
  path: string,
  { header, bitmaps }: Qcow2Storage,
  clusterSize: number,
): ImageHeader {
  const { size, version, backing } = header;
  const known = { size, clusterSize, version, bitmaps: bitmaps.list };
  if (backing === null) return { ...known, backing: null };
  const { file, format } = backing;
  // A relative name is meant from where the image is (QEMU block.c, `path_combine`).
  const filename = isAbsolute(file) ? file : join(dirname(path), file);
  const driver = format === "raw" || format === "qcow2" ? format : probed(filename);
  return { ...known, backing: { filename, driver } };
}

/** What a backing file is that nobody has said the format of. */
function probed(path: string): "raw" | "qcow2" {
  return fs.existsSync(path) && formatOf(path) === "qcow2" ? "qcow2" : "raw";
}
