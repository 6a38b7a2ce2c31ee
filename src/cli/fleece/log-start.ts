/**
 * How the log of `blockgraph fleece` begins: with all images as they are, in a form in which the
 * simulator can have them.
 *
 * A raw file is its bytes. Of an export the bytes are read from its server: in the log it is an
 * image of the name that its node gives it. A qcow2 image is the disk that it shows, as far as it
 * has that itself, which clusters these are, and its bitmaps; its backing files are images of their
 * own. How the format keeps them in its file, and what the server does, are not in the log: to the
 * charts a cluster is read and written where it stands in the disk.
 *
 * Limits: all of every image is read, once. What does not fit (src/log/image.ts) has its digest
 * only, and a replay must be given the image as it was. Who changes an image between here and the
 * point in time, or an export beside us, makes a log that does not replay.
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import type { JsonObject } from "../../graph/graph.ts";
import { type ImageHeader, isKnownFormat } from "../../graph/image-facts.ts";
import { hasher } from "../../log/chain.ts";
import { describeImage, describeSlowImage, type ImageContent } from "../../log/image.ts";
import type { FormatRecord, ImageRecord } from "../../log/record.ts";
import { LogWriter } from "../../log/writer.ts";
import { CACHE_IMAGE, DISK_IMAGE, MEMORY_IMAGE } from "../../serve/fleecing-commands.ts";
import { formattedParts } from "../../serve/live-file.ts";
import type { LiveImages } from "../../serve/live-images.ts";
import { exportsNamedIn } from "../../serve/named-images.ts";
import { openQcow2 } from "../../storage/qcow2/open.ts";
import type { Storage } from "../../storage/storage.ts";
import type { ImageFormat } from "../../system/system.ts";
import { isUri } from "./disk-node.ts";
import type { FleeceOptions } from "./fleece-options.ts";

/** Log records of live graphs name no model: there is none. */
const MODEL = "live";

/** parts of a disk in a list; more would make a log that begins with megabytes of them */
const PARTS_MAX = 65_536;

export interface LoggedDisk {
  /** what the user calls it: a file, or a URI */
  readonly disk: string;
  readonly format: "raw" | "qcow2";
  /** the node that its bytes are on */
  readonly node: JsonObject;
  /** bytes */
  readonly length: number;
}

/**
 * @param images the export that the disk is on, if it is on one
 * @throws BlockgraphError `image-unusable` for a disk that cannot be read, or logged
 */
export async function beginLog(
  path: string,
  disk: LoggedDisk,
  images: LiveImages,
  options: Pick<FleeceOptions, "cache" | "clusterSize" | "memory" | "force">,
): Promise<LogWriter> {
  const logged = await imagesOf(disk, images);
  const { cache, memory } = options;
  const kept = [
    ...(cache !== null || memory === null ? [CACHE_IMAGE] : []),
    ...(memory !== null ? [MEMORY_IMAGE] : []),
  ];
  const empty = { length: disk.length, read: (_: number, into: Uint8Array) => void into.fill(0) };
  const log = LogWriter.create(path, { fsync: "close", overwrite: options.force });
  log.append({
    kind: "start",
    model: MODEL,
    digest: hasher.digest(Buffer.from(MODEL)),
    profile: "proposed",
    mutant: null,
    "cluster-size": options.clusterSize,
    images: [...logged, ...kept.map((name) => describeImage(name, empty))],
  });
  const note = noteOn(disk, logged);
  if (note !== null) log.append({ kind: "note", text: note });
  log.flush();
  return log;
}

/** What stands for what; null: an image of the log is a file, to the byte. */
function noteOn({ disk, format }: LoggedDisk, [image]: readonly ImageRecord[]): string | null {
  const { filename } = image ?? { filename: DISK_IMAGE };
  if (isUri(disk)) {
    return (
      `${filename} stands for the export: its bytes as they were; what its server does with ` +
      "them is not here"
    );
  }
  if (format === "raw") return null;
  return (
    `${filename} stands for the disk that ${disk} shows, as far as it has that itself (own): ` +
    "every cluster is where it is in the disk; how the format keeps it in its file is not here"
  );
}

async function imagesOf(
  { disk, format, node, length }: LoggedDisk,
  images: LiveImages,
): Promise<ImageRecord[]> {
  if (isUri(disk)) return Promise.all([...exportsNamedIn(node).keys()].map(describeExport));
  if (format === "raw") return [describeImage(DISK_IMAGE, contentOf(disk, length))];
  return describeChain(disk);

  function describeExport(name: string): Promise<ImageRecord> {
    const image = images.set.get(name);
    if (image === undefined) throw new RangeError(`${name} is not connected`);
    return describeSlowImage(name, contentIn(image.storage, disk));
  }
}

/** An image in the format, and what lies behind it. */
async function describeChain(disk: string): Promise<ImageRecord[]> {
  const chain: ImageRecord[] = [];
  let [name, path, isFormatted] = [DISK_IMAGE, disk, true];
  for (;;) {
    if (!isFormatted) {
      const { size } = fs.statSync(path);
      return [...chain, describeImage(name, contentOf(path, size))];
    }
    const format = await describeFormatted(name, path);
    chain.push(format.image);
    if (format.backing === null) return chain;
    ({ filename: path } = format.backing);
    [name, isFormatted] = [path, format.backing.driver === "qcow2"];
    if (chain.some(({ filename }) => filename === name)) return chain;
  }
}

/** An image in the format, and the file that it names as behind it; null: none. */
async function describeFormatted(
  name: string,
  path: string,
): Promise<{ readonly image: ImageRecord; readonly backing: ImageHeader["backing"] }> {
  const storage = openQcow2(path, { readOnly: true });
  try {
    const { header, format: kept } = formattedParts(storage, path);
    const { clusterSize, backing } = header;
    const bitmaps = storage.bitmaps.list.map(
      ({ name: bitmap, granularity, enabled, inconsistent }) => {
        const dirty = partsOf(
          kept.dirty?.(bitmap) ?? [],
          `what bitmap '${bitmap}' of ${path} says`,
        );
        return { name: bitmap, granularity, enabled, inconsistent, dirty };
      },
    );
    const format: FormatRecord = {
      driver: "qcow2",
      "file-length": fs.statSync(path).size,
      "cluster-size": clusterSize,
      backing: backing === null ? null : inKnownFormat(path, backing),
      own: partsOf(kept.own(), `the disk of ${path}`),
      ...(bitmaps.length > 0 && { bitmaps }),
    };
    const image = await describeSlowImage(name, contentIn(storage, path));
    return { image: { ...image, format }, backing };
  } finally {
    storage.close();
  }
}

/** @throws BlockgraphError `image-unusable` */
function inKnownFormat(
  path: string,
  { filename, driver }: NonNullable<ImageHeader["backing"]>,
): FormatRecord["backing"] {
  if (isKnownFormat(driver)) return { filename, driver };
  throw new BlockgraphError(
    "image-unusable",
    `${path}: its backing file is in the format ${driver}, and only raw and qcow2 are read here; ` +
      "convert it with qemu-img convert",
  );
}

/**
 * The parts, those that touch as one.
 * @param what they are, for messages
 * @throws BlockgraphError `image-unusable` if there are too many
 */
function partsOf(parts: ReturnType<ImageFormat["own"]>, what: string): FormatRecord["own"] {
  const merged: FormatRecord["own"] = [];
  for (const { offset, length } of parts) {
    const last = merged.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else merged.push({ offset, length });
  }
  if (merged.length <= PARTS_MAX) return merged;
  throw new BlockgraphError(
    "image-unusable",
    `${what} is in ${merged.length} parts, and a log carries ${PARTS_MAX} at most; leave --log ` +
      "out, or copy the image with qemu-img convert -O qcow2 first",
  );
}

/** @param path for messages */
function contentIn(storage: Storage, path: string) {
  const { length } = storage;
  const read = (offset: number, into: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      storage.submit({
        ...{ operation: "read", offset, length: into.length, buffer: into },
        done({ errno }) {
          if (errno === null) resolve();
          else reject(unreadable(path, offset, errno));
        },
      });
      storage.kick();
    });
  return { length, read };
}

function unreadable(path: string, offset: number, errno: string): BlockgraphError {
  return new BlockgraphError(
    "image-unusable",
    `${path} cannot be read at byte ${offset} (${errno}), and a log begins with all of it; ` +
      "leave --log out, or repair the disk first",
  );
}

function contentOf(path: string, length: number): ImageContent {
  return {
    length,
    read(offset, into) {
      const fd = fs.openSync(path, "r");
      try {
        let done = 0;
        while (done < into.length) {
          const read = fs.readSync(fd, into, done, into.length - done, offset + done);
          if (read === 0) break;
          done += read;
        }
      } finally {
        fs.closeSync(fd);
      }
    },
  };
}
