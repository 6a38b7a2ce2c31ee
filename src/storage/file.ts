/**
 * An image in a regular file: the file's bytes are the image's bytes (QEMU's `raw` on `file`).
 *
 * What is here is the way in: a file that cannot serve as an image is refused with one line that
 * names it and says what would help, and nothing that exists is ever truncated or overwritten by
 * opening it. The work is done by a queue on a medium: queue.ts, file-medium.ts.
 */
import fs, { type Stats } from "node:fs";
import { basename } from "node:path";
import { BlockgraphError } from "../error.ts";
import { FileMedium } from "./file-medium.ts";
import { orRefuse } from "./file-refusal.ts";
import { loadLibc } from "./libc.ts";
import { PromptCalls } from "./prompt-calls.ts";
import { QueuedStorage } from "./queued-storage.ts";
import type { Storage } from "./storage.ts";

export interface OpenFileOptions {
  /** make the file, which must not exist yet, as one hole of `length` bytes */
  readonly create?: { readonly length: number };
  /** changes end with `EPERM`; the file need not be writable. Default: false */
  readonly readOnly?: boolean;
  /**
   * false: neither punch holes nor look for them, as on a system without a usable C library; then
   * block-status says `data` and discard writes zeros. Default: true
   */
  readonly holes?: boolean;
  /** whether it is asked at once while it answers from memory (prompt-calls.ts). Default: no */
  readonly prompt?: boolean;
}

/**
 * Opens a file as an image. Its length is the file's at this moment; should the file become shorter
 * while it is open, reads beyond its new end fail with `EIO`.
 *
 * @throws BlockgraphError `image-unusable`: missing, existing although it was to be made, no
 * regular file, or not permitted; `bad-argument`: options that contradict each other
 */
export function openFile(path: string, options: OpenFileOptions = {}): Storage {
  const { create, readOnly = false, holes = true, prompt = false } = options;
  if (create !== undefined && readOnly) {
    throw new BlockgraphError(
      "bad-argument",
      `${path}: cannot be made read-only: make it first, then open it again`,
    );
  }
  const fd = create === undefined ? openExisting(path, readOnly) : makeNew(path, create.length);
  const { size } = fs.fstatSync(fd);
  const calls = prompt ? new PromptCalls(() => performance.now()) : null;
  const medium = new FileMedium(fd, readOnly, holes ? loadLibc() : null, calls);
  return new QueuedStorage(basename(path), size, medium, () => fs.closeSync(fd));
}

function openExisting(path: string, readOnly: boolean): number {
  // Asked before opening as well, because opening a device can do something to it.
  const before = orRefuse(path, () => fs.statSync(path));
  requireRegular(path, before);
  const mode = readOnly ? fs.constants.O_RDONLY : fs.constants.O_RDWR;
  // Should a pipe have taken the file's place since, opening it must not wait for a peer.
  const fd = orRefuse(path, () => fs.openSync(path, mode | fs.constants.O_NONBLOCK));
  try {
    requireRegular(path, fs.fstatSync(fd));
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

function makeNew(path: string, length: number): number {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new BlockgraphError(
      "bad-argument",
      `${path}: an image cannot have ${length} bytes: give a whole number, 0 or more`,
    );
  }
  const fd = orRefuse(path, () => fs.openSync(path, "wx+"));
  try {
    orRefuse(path, () => fs.ftruncateSync(fd, length));
  } catch (error) {
    fs.closeSync(fd);
    fs.unlinkSync(path);
    throw error;
  }
  return fd;
}

function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory() ? "a directory" : "a device, pipe or socket";
  throw new BlockgraphError(
    "image-unusable",
    `${path}: is ${kind}: name a regular file to use as an image` +
      (stats.isBlockDevice() ? "; of a device, use an export: qemu-nbd -f raw -k SOCKET" : ""),
  );
}
