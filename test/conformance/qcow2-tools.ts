/**
 * qcow2 images made, read and judged by qemu-img and qemu-io, and by us.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { openQcow2, type Qcow2Storage } from "../../src/storage/qcow2/open.ts";
import { askNow } from "../storage/ask.ts";
import { runTool } from "../support/qemu-tools.ts";

/** Makes an image with qemu-img; options as `-o` takes them. */
export function createByQemu(path: string, size: number, ...options: readonly string[]): void {
  const chosen = options.length > 0 ? ["-o", options.join(",")] : [];
  runTool("qemu-img", "create", "-q", "-f", "qcow2", ...chosen, path, String(size));
}

/** Lets qemu-io do these commands on an image. */
export function ioByQemu(path: string, commands: readonly string[]): void {
  const args = commands.flatMap((command) => ["-c", command]);
  const output = runTool("qemu-io", "-d", "unmap", "-f", "qcow2", ...args, path);
  if (/failed/.test(output)) throw new Error(output);
}

/** The disk as qemu-img shows it: all of it, or as a snapshot has it. */
export function contentByQemu(path: string, snapshot?: string): Buffer {
  const raw = `${path}.raw`;
  const chosen = snapshot === undefined ? [] : ["-l", snapshot];
  runTool("qemu-img", "convert", "-f", "qcow2", "-O", "raw", ...chosen, path, raw);
  const content = fs.readFileSync(raw);
  fs.unlinkSync(raw);
  return content;
}

/** Runs a tool to its end, however that is. */
export function tryTool(tool: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

/** What `qemu-img check` counts. */
export function checkByQemu(path: string): { corruptions: number; leaks: number } {
  const args = ["check", "--output=json", "-f", "qcow2", path];
  const { stdout, stderr, status } = tryTool("qemu-img", ...args);
  if (status === null || ![0, 2, 3].includes(status)) throw new Error(`${status}: ${stderr}`);
  const { corruptions = 0, leaks = 0 } = JSON.parse(stdout);
  return { corruptions, leaks };
}

/** The disk as we show it. */
export async function contentByUs(path: string): Promise<Buffer> {
  const storage = openQcow2(path, { readOnly: true });
  const content = await readAll(storage);
  storage.close();
  return content;
}

export async function readAll(storage: Qcow2Storage): Promise<Buffer> {
  const content = Buffer.alloc(storage.length);
  const outcome = await askNow(storage, "read", 0, content.length, content);
  if (outcome.errno !== null) throw new Error(`${outcome.errno}: ${storage.damage}`);
  return content;
}

/** Opens an image for writing, does something with it, and closes it. */
export async function withImage(
  path: string,
  use: (storage: Qcow2Storage) => Promise<void>,
): Promise<void> {
  const storage = openQcow2(path);
  await use(storage);
  storage.close();
}

/** Writes bytes of one value. */
export async function fill(
  storage: Qcow2Storage,
  offset: number,
  length: number,
  value: number,
): Promise<void> {
  const outcome = await askNow(storage, "write", offset, length, Buffer.alloc(length, value));
  if (outcome.errno !== null) {
    throw new Error(`${outcome.errno}: ${storage.damage}`);
  }
}
