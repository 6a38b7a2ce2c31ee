/**
 * The files of `blockgraph fleece`: the disk that there is, and the cache and the log that are
 * made.
 *
 * A cache is of use only while the hook lives that knows what is in it. One that is left over says
 * that a run was killed: the view of that run is lost, and the disk is as its guest left it.
 */
import fs from "node:fs";
import { BlockgraphError } from "../../error.ts";
import { hasher } from "../../log/chain.ts";
import { describeImage, type ImageContent } from "../../log/image.ts";
import { LogWriter } from "../../log/writer.ts";
import {
  CACHE_IMAGE,
  DISK_IMAGE,
  type FleecingPlan,
  MEMORY_IMAGE,
} from "../../serve/fleecing-commands.ts";
import { LiveImages } from "../../serve/live-images.ts";
import { openFile } from "../../storage/file.ts";
import { FileLock } from "../../storage/file-lock.ts";
import { formatOf } from "../../storage/image-format.ts";
import { openQcow2 } from "../../storage/qcow2/open.ts";
import { requireFree } from "../file-paths.ts";
import { atExit } from "../leftovers.ts";
import { warn } from "../terminal.ts";
import type { FleeceOptions } from "./fleece-options.ts";

export interface FleeceFiles {
  readonly images: LiveImages;
  /** what the disk's image is */
  readonly format: FleecingPlan["format"];
  /** null: nothing is recorded */
  readonly log: LogWriter | null;
  close(): void;
  /** Unless it is to be kept. */
  removeCache(): void;
}

/** Log records of live graphs name no model: there is none. */
const MODEL = "live";

/** ms after which records are in the file */
const LOG_FLUSH_MS = 50;

type Wanted = Pick<
  FleeceOptions,
  "cache" | "memory" | "log" | "force" | "clusterSize" | "keepCache"
>;

/** @throws BlockgraphError `image-unusable`, `bad-argument`; nothing was made then */
export function openFiles(disk: string, options: Wanted): FleeceFiles {
  const { length, format } = lookAt(disk);
  if (format !== "raw" && options.log !== null) {
    throw new BlockgraphError(
      "not-built-yet",
      `--log is for raw images, and ${disk} is a ${format} image; leave it out`,
    );
  }
  const inMemory = options.memory !== null;
  const cache = inMemory ? null : (options.cache ?? `${disk}.blockgraph-cache`);
  const logs = options.log === null ? [] : [{ path: options.log, option: "file with --log" }];
  requireFree(logs, [disk, ...(cache === null ? [] : [cache])], options.force);
  if (cache !== null) makeCache(cache, length, options);
  const removeCache = atExit(() => {
    if (cache !== null && !options.keepCache) fs.rmSync(cache, { force: true });
  });
  const paths = new Map([[DISK_IMAGE, disk]]);
  if (cache !== null) paths.set(CACHE_IMAGE, cache);
  const images = new LiveImages(paths);
  if (inMemory) images.inMemory(MEMORY_IMAGE, length);
  const log = options.log === null ? null : beginLog(options.log, disk, length, options);
  // Should the run be killed, the log has what happened up to a moment before.
  const flushing = setInterval(() => log?.flush(), LOG_FLUSH_MS).unref();
  let isOpen = true;
  const close = () => {
    clearInterval(flushing);
    if (isOpen) log?.close();
    if (isOpen) images.close();
    isOpen = false;
  };
  return { images, format, log, close, removeCache };
}

/** Bytes of a disk, and what its image is. */
function lookAt(disk: string): {
  readonly length: number;
  readonly format: FleecingPlan["format"];
} {
  const file = openFile(disk, { readOnly: true });
  file.close();
  const format = formatOf(disk);
  if (format === null) return { length: file.length, format: "raw" };
  if (format === "qcow2") {
    const image = openQcow2(disk, { readOnly: true });
    image.close();
    return { length: image.length, format };
  }
  throw new BlockgraphError(
    "not-built-yet",
    `${disk} is a ${format} image, and only raw and qcow2 can be fleeced; ` +
      "convert it with qemu-img convert -O qcow2",
  );
}

function makeCache(path: string, length: number, { cache, force }: Wanted): void {
  if (fs.existsSync(path)) {
    if (isInUse(path)) {
      throw new BlockgraphError(
        "image-unusable",
        `${path} is the cache of a disk that is being fleeced now; end that first`,
      );
    }
    if (cache !== null && !force) {
      throw new BlockgraphError(
        "bad-argument",
        `${path} exists already; choose another file with --cache, or give --force to write ` +
          "over it",
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

function beginLog(path: string, disk: string, length: number, options: Wanted): LogWriter {
  const log = LogWriter.create(path, { fsync: "close", overwrite: options.force });
  const cache = options.memory === null ? CACHE_IMAGE : MEMORY_IMAGE;
  const empty = { length, read: (_offset: number, into: Uint8Array) => void into.fill(0) };
  log.append({
    kind: "start",
    model: MODEL,
    digest: hasher.digest(Buffer.from(MODEL)),
    profile: "proposed",
    mutant: null,
    "cluster-size": options.clusterSize,
    images: [describeImage(DISK_IMAGE, contentOf(disk, length)), describeImage(cache, empty)],
  });
  log.flush();
  return log;
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
