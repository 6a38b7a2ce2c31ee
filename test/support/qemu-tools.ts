/**
 * qemu-img, qemu-io and cmp as judges: they agree, or the test fails with what they said.
 *
 * Images are always named `raw`, so that no tool guesses a format from what a guest wrote.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";

/**
 * Runs a tool to its end and returns what it printed.
 * @throws Error with all that it printed, if it ends with another status than 0
 */
export function runTool(tool: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`${[tool, ...args].join(" ")} ended with ${status}\n${stdout}${stderr}`);
}

/** Makes an image of that many bytes with qemu-img. */
export function createImage(path: string, bytes: number, ...options: readonly string[]): void {
  runTool("qemu-img", "create", "-q", "-f", "raw", ...options, path, String(bytes));
}

/** Lets qemu-io do these commands on an image; `read -P` among them must find its pattern. */
export function qemuIo(path: string, commands: readonly string[]): void {
  const args = commands.flatMap((command) => ["-c", command]);
  runTool("qemu-io", "-d", "unmap", "-f", "raw", ...args, path);
}

/** Copies an image, holes and all. */
export function copyImage(from: string, to: string): void {
  runTool("cp", "--sparse=always", from, to);
}

/** Requires that two images have the same content, by the word of qemu-img and of cmp. */
export function requireSame(one: string, other: string): void {
  runTool("qemu-img", "compare", "-f", "raw", "-F", "raw", one, other);
  runTool("cmp", one, other);
}

/** A range as `qemu-img map` describes it. */
export interface MapEntry {
  readonly start: number;
  readonly length: number;
  /** reads as zeros without touching the medium */
  readonly zero: boolean;
}

/** The map of an image by qemu-img, neighbours of a kind joined. */
export function mapOf(path: string): MapEntry[] {
  const text = runTool("qemu-img", "map", "--output=json", "-f", "raw", path);
  const entries: readonly MapEntry[] = JSON.parse(text);
  return joined(entries);
}

/** The ranges with neighbours of a kind joined. */
export function joined(entries: readonly MapEntry[]): MapEntry[] {
  const result: MapEntry[] = [];
  for (const { start, length, zero } of entries) {
    const last = result.at(-1);
    if (last === undefined || last.zero !== zero) result.push({ start, length, zero });
    else result[result.length - 1] = { ...last, length: last.length + length };
  }
  return result;
}

/** Bytes that an image takes on the disk. */
export function allocatedBytes(path: string): number {
  return fs.statSync(path).blocks * 512;
}
