/**
 * The way in: a qcow2 image in a file, opened as a storage.
 *
 * What the storage serves is the image's own clusters at the guest's offsets. What is absent reads
 * as zeros, whatever the backing file has: that is the business of the block graph above, which
 * asks `ownClusters` and copies before it writes. A write to a part of an absent cluster makes the
 * rest of it zeros.
 */
import fs from "node:fs";
import { basename } from "node:path";
import { openFile } from "../file.ts";
import { orRefuse } from "../file-refusal.ts";
import { QueuedStorage } from "../queued-storage.ts";
import { orUnusable } from "./damage.ts";
import type { Header } from "./header.ts";
import { type HostFile, OpenedFile } from "./host-file.ts";
import type { Qcow2Image } from "./image.ts";
import { ImageBitmaps } from "./image-bitmaps.ts";
import { Qcow2Medium } from "./medium.ts";
import {
  type ImageFacts,
  type OpenedImage,
  type OpenQcow2Options,
  openQcow2Image,
} from "./open-image.ts";
import { type OwnClusters, ownClusters } from "./own-clusters.ts";
import type { Snapshot } from "./snapshots.ts";

/** An opened image: a storage, and what else it knows. */
export class Qcow2Storage extends QueuedStorage {
  readonly header: Header;
  readonly snapshots: readonly Snapshot[];
  readonly bitmaps: ImageBitmaps;
  readonly #image: Qcow2Image;

  /** @param release closes the image */
  constructor(image: Qcow2Image, { snapshots, directory }: ImageFacts, release: () => void) {
    const bitmaps = new ImageBitmaps(image, directory);
    super(image.name, image.header.size, new Qcow2Medium(image, bitmaps), release);
    this.#image = image;
    this.header = image.header;
    this.snapshots = snapshots;
    this.bitmaps = bitmaps;
  }

  /** The first contradiction in the image that a request met, and failed for; null: none so far */
  get damage(): string | null {
    return this.#image.damage;
  }

  /**
   * What the image itself has of a part of its disk, in ranges that do not touch others of their
   * kind. Requests under way may change it at any time.
   *
   * @param offset in bytes
   * @param length in bytes
   */
  ownClusters(offset = 0, length = this.length - offset): Iterable<OwnClusters> {
    return ownClusters(this.#image, offset, length);
  }
}

/**
 * Opens an image. Its length is that of the disk that it shows.
 *
 * Limits: encryption, external data files, extended L2 entries and unknown incompatible features
 * are refused, by name. Clusters compressed with zstd fail with ENOTSUP when they are read, unless
 * Node has zstd. The refcounts of an image with the dirty bit are rebuilt when it is opened for
 * writing; one whose references contradict each other can only be opened read-only then.
 *
 * @throws BlockgraphError `image-unusable`
 */
export function openQcow2(path: string, options: OpenQcow2Options = {}): Qcow2Storage {
  const { readOnly = false } = options;
  // What openFile refuses is no image either.
  openFile(path, { readOnly }).close();
  const mode = readOnly ? fs.constants.O_RDONLY : fs.constants.O_RDWR;
  const fd = orRefuse(path, () => fs.openSync(path, mode | fs.constants.O_NONBLOCK));
  const host = new OpenedFile(fd);
  try {
    return openQcow2On(host, basename(path), options);
  } catch (error) {
    host.close();
    throw error;
  }
}

/**
 * Opens an image in any host file, which is closed with the storage.
 *
 * @param name for messages
 * @throws BlockgraphError `image-unusable`; the host file is left open then
 */
export function openQcow2On(
  host: HostFile,
  name: string,
  options: OpenQcow2Options = {},
): Qcow2Storage {
  return storageOf(openQcow2Image(host, name, options));
}

/**
 * The storage of an opened image. To close it writes back what was changed, and closes the file; if
 * that fails with `image-unusable`, what was not flushed may be lost.
 */
export function storageOf({ image, facts }: OpenedImage): Qcow2Storage {
  const { host, name } = image;
  return new Qcow2Storage(image, facts, () => {
    try {
      if (!image.readOnly) orUnusable(name, () => image.commitNow());
    } finally {
      host.close();
    }
  });
}
