/**
 * The images of a run: opened where they exist, made where they do not.
 *
 * In a folder every image is a file of its own name. What exists is used as it is and never made
 * anew; what the model lists and the folder lacks is made with the model's length and content.
 * Since a guest will write to it as raw bytes, a file that begins like some image format is
 * refused, and so are two names for one file. With no folder all images are in memory, and those
 * that are volatile always are.
 */
import fs from "node:fs";
import { dirname, join } from "node:path";
import { BlockgraphError } from "../error.ts";
import { expandFill } from "../log/fill.ts";
import { describeImage, expandImage } from "../log/image.ts";
import type { ImageRecord } from "../log/record.ts";
import { openFile } from "../storage/file.ts";
import { orRefuse } from "../storage/file-refusal.ts";
import { formatOf } from "../storage/image-format.ts";
import { MemoryStorage } from "../storage/memory.ts";
import type { Storage } from "../storage/storage.ts";
import type { ModelImage } from "../system/model.ts";
import { describeModelImage, modelContent } from "../system/model-image.ts";

/** An image that is open for a run. */
export interface RunImage {
  readonly storage: Storage;
  /** the whole content now; only while nothing is in flight */
  read(): Uint8Array;
}

export type ImageSet = ReadonlyMap<string, RunImage>;

/** Opens or makes the images of a model in memory. */
export function imagesInMemory(images: readonly ModelImage[]): ImageSet {
  return new Map(images.map((image) => [image.filename, memoryImage(image)]));
}

/**
 * Opens or makes the images of a model in a folder, which is made if it does not exist.
 * @throws BlockgraphError `image-unusable` naming the file: a folder, unreadable, ...; nothing that
 * existed was changed then
 */
export function imagesInFolder(folder: string, images: readonly ModelImage[]): ImageSet {
  makeFolder(folder);
  const opened = new Map<string, RunImage>();
  try {
    for (const image of images) {
      const { filename, volatile } = image;
      opened.set(filename, volatile === true ? memoryImage(image) : fileImage(folder, image));
    }
    requireDistinct(
      folder,
      images.filter(({ volatile }) => volatile !== true),
    );
  } catch (error) {
    closeImages(opened);
    throw error;
  }
  return opened;
}

/** Releases all images. */
export function closeImages(images: ImageSet): void {
  for (const { storage } of images.values()) storage.close();
}

/** The images as a log's first record describes them. */
export function describeImages(images: ImageSet): ImageRecord[] {
  return [...images].map(([filename, image]) => describeImage(filename, image.read()));
}

/** Filled as the simulator fills it, from the description, so that both have the same holes. */
function memoryImage(image: ModelImage): RunImage {
  const storage = new MemoryStorage(image.filename, image.length);
  const write = (offset: number, bytes: Uint8Array) => {
    storage.execute("write", offset, bytes.length, bytes);
  };
  const record = describeModelImage(image);
  if (record.extents === null) write(0, modelContent(image));
  else expandImage(record, write);
  return { storage, read: () => storage.copy() };
}

/** A run keeps to its folder. */
function requirePlainName(filename: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(filename)) return;
  throw new BlockgraphError(
    "image-unusable",
    `'${filename}' is no plain file name, and would not be in the run's folder; name images ` +
      "without folders",
  );
}

function fileImage(folder: string, image: ModelImage): RunImage {
  requirePlainName(image.filename);
  const path = join(folder, image.filename);
  if (!fs.existsSync(path)) makeFile(path, image);
  const storage = openFile(path);
  const format = formatOf(path);
  if (format !== null) {
    storage.close();
    throw new BlockgraphError(
      "image-unusable",
      `${path} begins like a ${format} image, and would be written to as raw bytes; ` +
        "convert it with qemu-img convert -O raw, or use another folder",
    );
  }
  return { storage, read: () => fs.readFileSync(path) };
}

function requireDistinct(folder: string, images: readonly ModelImage[]): void {
  const known = new Map<string, string>();
  for (const { filename } of images) {
    const path = join(folder, filename);
    const { dev, ino } = fs.statSync(path, { bigint: true });
    const other = known.get(`${dev}:${ino}`);
    if (other !== undefined) {
      throw new BlockgraphError(
        "image-unusable",
        `${path} is the same file as ${other}; give each image a file of its own`,
      );
    }
    known.set(`${dev}:${ino}`, path);
  }
}

/** What could not be made whole is taken away again. */
function makeFile(path: string, { length, content }: ModelImage): void {
  const fd = orRefuse(path, () => fs.openSync(path, "wx"));
  try {
    orRefuse(path, () => {
      fs.ftruncateSync(fd, length);
      for (const { offset, length: bytes, fill } of content) {
        writeAll(fd, expandFill(fill, bytes), offset);
      }
    });
  } catch (error) {
    fs.unlinkSync(path);
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array, offset: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += fs.writeSync(fd, bytes, written, bytes.length - written, offset + written);
  }
}

function makeFolder(folder: string): void {
  try {
    makeWithParents(folder);
  } catch (error) {
    throw new BlockgraphError(
      "image-unusable",
      `${folder} cannot be used as a folder for images (${reason(error)}); name another one`,
    );
  }
}

/** Node's own recursive `mkdir` never returns where the system lets nobody make folders (/proc). */
function makeWithParents(folder: string): void {
  if (fs.existsSync(folder) && fs.statSync(folder).isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeWithParents(parent);
  fs.mkdirSync(folder);
}

function reason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
