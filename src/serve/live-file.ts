/**
 * One file of a live graph, opened as what it is: as bytes, or as an image in a format.
 */
import fs from "node:fs";
import { isAbsolute } from "node:path";
import type { ImageFact, ImageHeader } from "../graph/image-facts.ts";
import type { RunImage } from "../run/image-set.ts";
import { openFile } from "../storage/file.ts";
import { FileLock } from "../storage/file-lock.ts";
import { formatOf } from "../storage/image-format.ts";
import type { ImageBitmaps } from "../storage/qcow2/image-bitmaps.ts";
import { openQcow2, type Qcow2Storage } from "../storage/qcow2/open.ts";
import { resizeQcow2 } from "../storage/qcow2/resize.ts";
import type { ImageFormat } from "../system/system.ts";
import { fileTold, headerTold, type ImageTold } from "./image-told.ts";

export interface LiveFile extends RunImage {
  readonly lock: FileLock;
  readonly writable: boolean;
  readonly fact: ImageFact;
  /** null: its bytes are taken as they are */
  readonly format: ImageFormat | null;
  /** its persistent bitmaps; null: its format has none */
  readonly bitmaps: ImageBitmaps | null;
  /** What it is, for whoever asks. */
  told(): ImageTold;
  /** Opens it once more, in the same way. @throws BlockgraphError `image-unusable` */
  again(): LiveFile;
  /** The same so that it can be written. @throws BlockgraphError `image-unusable` */
  toWrite(): LiveFile;
  /**
   * Gives it another length, while nobody uses it. What has it open has to open it again.
   * @param behind bytes that its backing file has
   * @throws BlockgraphError, or an Error of the system
   */
  resize(length: number, behind: number): void;
}

/** @throws BlockgraphError `image-unusable` */
export function openRaw(path: string, writable: boolean): LiveFile {
  const storage = openFile(path, { readOnly: !writable, prompt: true });
  const fact = { length: storage.length, header: null };
  const read = () => fs.readFileSync(path);
  return {
    ...{ storage, read, lock: new FileLock(path), writable, fact, format: null, bitmaps: null },
    told: () => ({ file: fileTold(path), header: null }),
    again: () => openRaw(path, writable),
    toWrite: () => openRaw(path, true),
    resize: (length) => truncate(path, length),
  };
}

/** @throws Error `EFBIG`: beyond what a file, or a number, can be */
function truncate(path: string, length: number): void {
  if (length > Number.MAX_SAFE_INTEGER) throw Object.assign(new Error("EFBIG"), { code: "EFBIG" });
  fs.truncateSync(path, length);
}

/**
 * @param unmap whether space that the image does not use any more is given back to the file
 * @throws BlockgraphError `image-unusable`, if it is not in that format as well
 */
export function openFormatted(path: string, writable: boolean, unmap: boolean): LiveFile {
  const storage = openQcow2(path, { readOnly: !writable, unmap });
  const { header, format } = formattedParts(storage, path);
  const fact = { length: fs.statSync(path).size, header };
  // Nobody judges properties of what only a running program has.
  const read = () => new Uint8Array();
  return {
    ...{ storage, read, lock: new FileLock(path), writable, fact, format },
    bitmaps: storage.bitmaps,
    told: () => ({ file: fileTold(path), header: headerTold(storage, writable) }),
    again: () => openFormatted(path, writable, unmap),
    toWrite: () => openFormatted(path, true, unmap),
    resize(length, behind) {
      // What is in memory of the image is not true any more afterwards.
      storage.close();
      resizeQcow2(path, length, { behind, shrink: true });
    },
  };
}

/**
 * What the graph has to know of an image in the format.
 * @param path of its file; null: it is in none
 */
export function formattedParts(
  storage: Qcow2Storage,
  path: string | null,
): { readonly header: ImageHeader; readonly format: ImageFormat } {
  const { bitmaps } = storage;
  const format = {
    clusterSize: 2 ** storage.header.clusterBits,
    *own() {
      for (const range of storage.ownClusters()) if (range.kind !== "absent") yield range;
    },
    dirty: (bitmap: string) => dirtyParts(bitmaps, bitmap),
  };
  return { header: headerOf(path, storage), format };
}

/**
 * The format of an image that may be opened anew: whoever asks later asks it as it is then.
 * @param latest the image's format now; undefined: it is not open
 */
export function formatNow(
  { clusterSize, dirty }: ImageFormat,
  latest: () => ImageFormat | null | undefined,
): ImageFormat {
  return {
    clusterSize,
    own: () => latest()?.own() ?? [],
    ...(dirty !== undefined && { dirty: (bitmap) => latest()?.dirty?.(bitmap) ?? [] }),
  };
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
    return headerOf(path, storage);
  } finally {
    storage.close();
  }
}

function headerOf(path: string | null, { header, bitmaps }: Qcow2Storage): ImageHeader {
  const { size, version, backing } = header;
  const clusterSize = 2 ** header.clusterBits;
  const known = { size, clusterSize, version, bitmaps: bitmaps.list };
  if (backing === null) return { ...known, backing: null };
  const { file, format } = backing;
  // A relative name is meant from where the image is (QEMU block.c, `path_combine`).
  const folder = path === null ? "" : path.slice(0, path.lastIndexOf("/") + 1);
  const filename = isAbsolute(file) ? file : `${folder}${file}`;
  const driver = format === "file" ? "raw" : (format ?? probed(filename));
  return { ...known, backing: { filename, driver } };
}

/** What a backing file is that nobody has said the format of. */
function probed(path: string): string {
  return (fs.existsSync(path) ? formatOf(path) : null)?.toLowerCase() ?? "raw";
}
