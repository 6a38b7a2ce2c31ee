/**
 * The files of `blockgraph fleece`: the disk that there is, and the cache and the log that are
 * made.
 *
 * A cache is of use only while the hook lives that knows what is in it. One that is left over says
 * that a run was killed: the view of that run is lost, and the disk is as its guest left it.
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import { EMPTY_GRAPH, type JsonObject } from "../../graph/graph.ts";
import type { LogWriter } from "../../log/writer.ts";
import {
  CACHE_IMAGE,
  DISK_IMAGE,
  type FleecingPlan,
  MEMORY_IMAGE,
  type ViewedBitmap,
} from "../../serve/fleecing-commands.ts";
import { headerIn } from "../../serve/live-file.ts";
import { LiveImages } from "../../serve/live-images.ts";
import type { FindCredentials } from "../../serve/live-nbd.ts";
import { openFile } from "../../storage/file.ts";
import { FileLock } from "../../storage/file-lock.ts";
import { formatIn, formatOf, headOf } from "../../storage/image-format.ts";
import { openQcow2, type Qcow2Storage } from "../../storage/qcow2/open.ts";
import { requireFree } from "../file-paths.ts";
import { atExit } from "../leftovers.ts";
import { warn } from "../terminal.ts";
import { isUri } from "./disk-node.ts";
import type { FleeceOptions } from "./fleece-options.ts";
import { beginLog, type LoggedDisk } from "./log-start.ts";

export interface FleeceFiles {
  readonly images: LiveImages;
  /** what the disk's image is */
  readonly format: FleecingPlan["format"];
  /** the first bytes of a disk that only looks raw, and must go on to; null: it is what it is */
  readonly probed: Buffer | null;
  /** the bitmap that was asked for; null: none was */
  readonly bitmap: ViewedBitmap | null;
  /** null: nothing is recorded */
  readonly log: LogWriter | null;
  close(): void;
  /** Unless it is to be kept. */
  removeCache(): void;
}

/** ms after which records are in the file */
const LOG_FLUSH_MS = 50;

type Wanted = Pick<
  FleeceOptions,
  "cache" | "memory" | "log" | "force" | "clusterSize" | "keepCache" | "bitmap" | "format"
>;

/**
 * @param node the node that the disk's bytes are on
 * @throws BlockgraphError `image-unusable`, `bad-argument`; nothing was made then
 */
export async function openFiles(
  disk: string,
  node: JsonObject,
  credentials: FindCredentials,
  options: Wanted,
): Promise<FleeceFiles> {
  const paths = new Map([[DISK_IMAGE, disk]]);
  const images = new LiveImages(paths, credentials);
  try {
    const looked = isUri(disk) ? await lookAtExport(disk, node, images) : lookAt(disk, options);
    requireBitmap(disk, looked, options);
    return await makeFiles({ disk, node, ...looked }, { images, paths }, options);
  } catch (error) {
    images.close();
    throw error;
  }
}

async function makeFiles(
  looked: Looked & Pick<LoggedDisk, "disk" | "node">,
  { images, paths }: { readonly images: LiveImages; readonly paths: Map<string, string> },
  options: Wanted,
): Promise<FleeceFiles> {
  const { disk, length, format, probed, bitmap } = looked;
  const inMemory = options.memory !== null;
  const cache = options.cache ?? (inMemory ? null : besides(disk));
  const logs = options.log === null ? [] : [{ path: options.log, option: "file with --log" }];
  const own = isUri(disk) ? [] : chainOf(disk, format);
  // The usual place is for nothing else: what is there was left by a run that was killed.
  const usual = cache !== null && options.cache === null;
  if (usual) requireFree([{ path: cache, option: "disk" }], own, true);
  const caches = usual || cache === null ? [] : [{ path: cache, option: "file with --cache" }];
  requireFree([...caches, ...logs], [...own, ...(usual ? [cache] : [])], options.force);
  if (cache !== null) makeCache(cache, length, options);
  const removeCache = atExit(() => {
    if (cache !== null && !options.keepCache) fs.rmSync(cache, { force: true });
  });
  if (cache !== null) paths.set(CACHE_IMAGE, cache);
  if (inMemory) images.inMemory(MEMORY_IMAGE, length);
  const log = options.log === null ? null : await beginLog(options.log, looked, images, options);
  // Should the run be killed, the log has what happened up to a moment before.
  const flushing = setInterval(() => log?.flush(), LOG_FLUSH_MS).unref();
  let isOpen = true;
  const close = () => {
    clearInterval(flushing);
    if (isOpen) log?.close();
    if (isOpen) images.close();
    isOpen = false;
  };
  return { images, format, probed, bitmap, log, close, removeCache };
}

/** The file of a disk, and all that lie behind it: none of them may be written over. */
function chainOf(disk: string, format: string): string[] {
  const chain = [disk];
  if (format === "raw") return chain;
  for (let path = disk; fs.existsSync(path) && formatOf(path) === "qcow2"; ) {
    const behind = headerIn(path).backing?.filename;
    if (behind === undefined || chain.includes(behind)) break;
    chain.push(behind);
    path = behind;
  }
  return chain;
}

/** @throws BlockgraphError `bad-argument`: beside a server there is no place */
function besides(disk: string): string {
  if (!isUri(disk)) return `${disk}.blockgraph-cache`;
  throw new BlockgraphError(
    "bad-argument",
    `${disk} is no file that a cache could be beside; give --cache FILE or --memory SIZE`,
  );
}

function requireBitmap(disk: string, { bitmap }: Looked, options: Wanted): void {
  if (options.bitmap === null || bitmap !== null) return;
  throw new BlockgraphError(
    "bad-argument",
    `--bitmap ${options.bitmap}: ${disk} is no qcow2 image, and keeps no bitmaps; leave it out`,
  );
}

interface Looked {
  /** bytes of the disk */
  readonly length: number;
  /** what its image is */
  readonly format: FleecingPlan["format"];
  /** as of {@link FleeceFiles} */
  readonly probed: Buffer | null;
  /** null: none was asked for */
  readonly bitmap: ViewedBitmap | null;
}

async function lookAtExport(disk: string, node: JsonObject, images: LiveImages): Promise<Looked> {
  const command = { execute: "blockdev-add", arguments: node };
  const refusal = await images.connect(command, EMPTY_GRAPH);
  const [length] = images.lengths.values();
  if (refusal === null && length !== undefined) {
    return { length, format: "raw", probed: null, bitmap: null };
  }
  throw new BlockgraphError(
    "image-unusable",
    `${disk}: ${refusal}; check the address and the name`,
  );
}

function lookAt(disk: string, { bitmap, format: given }: Wanted): Looked {
  const file = openFile(disk, { readOnly: true });
  file.close();
  const head = headOf(disk);
  const format = given ?? formatIn(head) ?? "raw";
  if (format === "raw") {
    const probed = given === null ? head : null;
    return { length: file.length, format, probed, bitmap: null };
  }
  if (format === "qcow2") {
    const image = openQcow2(disk, { readOnly: true });
    try {
      const { length } = image;
      return { length, format, probed: null, bitmap: viewedBitmap(image, bitmap) };
    } finally {
      image.close();
    }
  }
  throw new BlockgraphError(
    "not-built-yet",
    `${disk} is a ${format} image, and only raw and qcow2 can be fleeced; ` +
      "convert it with qemu-img convert -O qcow2, or say --format raw if its guest has it so",
  );
}

/** @throws BlockgraphError `image-unusable` if the image has no such bitmap that can be used */
function viewedBitmap({ bitmaps }: Qcow2Storage, name: string | null): ViewedBitmap | null {
  if (name === null) return null;
  bitmaps.bits(name);
  const granularity = bitmaps.list.find((each) => each.name === name)?.granularity ?? 0;
  return { name, granularity };
}

function makeCache(path: string, length: number, { cache }: Wanted): void {
  if (fs.existsSync(path)) {
    if (isInUse(path)) {
      throw new BlockgraphError(
        "image-unusable",
        `${path} is the cache of a disk that is being fleeced now; end that first`,
      );
    }
    if (!fs.statSync(path).isFile()) {
      throw new BlockgraphError(
        "bad-argument",
        `${path} is no regular file, and is not made one; choose another file with --cache`,
      );
    }
    if (cache === null) {
      warn(
        `${path} is left over from a run that was killed. The view of that run is lost; the disk ` +
          "has what its guest has written. A new view begins now.",
      );
    }
    fs.rmSync(path);
  }
  openFile(path, { create: { length } }).close();
}

/** Whether another program has it open and says so. */
function isInUse(path: string): boolean {
  const lock = new FileLock(path);
  const { required, refused } = lock.others();
  lock.close();
  return (required | refused) !== 0;
}
