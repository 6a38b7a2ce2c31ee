/**
 * Makes a file that an image can be in (QEMU block/file-posix.c, `raw_co_create`).
 *
 * Limits: to preallocate it in full writes zeros, and so does `falloc`.
 */
import fs from "node:fs";
import { collision } from "../graph/file-locks.ts";
import { ALL_PERMISSIONS, RESIZE, WRITE } from "../graph/permission.ts";
import { bytesOf } from "../graph/qapi-integer.ts";
import { refuse } from "../graph/refuse.ts";
import { FileLock } from "../storage/file-lock.ts";
import { type FileCreation, SIGNED_END } from "./create-options.ts";
import { systemText } from "./system-text.ts";

/** bytes written at once */
const PIECE = 1024 * 1024;

/**
 * Makes a file. What is there already is emptied, unless somebody minds.
 * @throws BlockgraphError `graph-refused`
 */
export function makeFile({ filename, preallocation, ...given }: FileCreation): void {
  const size = bytesOf(given.size);
  const { O_RDWR, O_CREAT } = fs.constants;
  let fd = -1;
  try {
    fd = fs.openSync(filename, O_RDWR | O_CREAT, 0o644);
  } catch (error) {
    throw refuse(`Could not create '${filename}': ${textOf(error)}`);
  }
  try {
    requireUnlocked(filename);
    if (preallocation === "metadata") throw refuse("Unsupported preallocation mode: metadata");
    resize(fd, 0n);
    resize(fd, size);
    if (preallocation !== "off") fill(fd, Number(size));
  } finally {
    fs.closeSync(fd);
  }
}

function requireUnlocked(filename: string): void {
  const lock = new FileLock(filename);
  try {
    const { required, refused } = lock.others();
    const others = { perm: required, shared: ALL_PERMISSIONS & ~refused };
    const mine = { perm: WRITE | RESIZE, shared: ALL_PERMISSIONS & ~RESIZE };
    const text = collision(mine, [others]);
    if (text !== null) throw refuse(text);
  } finally {
    lock.close();
  }
}

function resize(fd: number, size: bigint): void {
  try {
    // The system takes sizes with a sign.
    if (size >= SIGNED_END) throw Object.assign(new Error("negative"), { code: "EINVAL" });
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw Object.assign(new Error("too large"), { code: "EFBIG" });
    }
    fs.ftruncateSync(fd, Number(size));
  } catch (error) {
    throw refuse(`Could not resize file: ${textOf(error)}`);
  }
}

function fill(fd: number, size: number): void {
  const zeros = Buffer.alloc(Math.min(PIECE, size));
  try {
    for (let at = 0; at < size; ) at += fs.writeSync(fd, zeros, 0, Math.min(PIECE, size - at), at);
  } catch (error) {
    throw refuse(`Could not write zeros for preallocation: ${textOf(error)}`);
  }
}

function textOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return systemText(code) ?? "Input/output error";
}
