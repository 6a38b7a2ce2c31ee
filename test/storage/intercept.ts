/**
 * Puts a test between the storage and node:fs: calls of one function are made to fail, or to move
 * less than they were asked to, as a kernel may do at any time.
 */
import fs from "node:fs";
import { vi } from "vitest";

/** What shall become of a call: the code of an error, or the most bytes that it may move. */
export type Verdict = string | number;

/**
 * Replaces a function of node:fs until `vi.restoreAllMocks()`.
 *
 * @param judge decides on a call by its place in the file and its length, both in bytes
 * @returns the spy, which counts calls
 */
export function intercept(
  name: "read" | "readv" | "write" | "writev",
  judge: (position: number, length: number) => Verdict,
) {
  const original = fs[name];
  return vi.spyOn(fs, name).mockImplementation((...call: unknown[]) => {
    const vectored = name === "readv" || name === "writev";
    const [fd, data, at, count] = call;
    const position = Number(vectored ? at : call[4]);
    const done = call[vectored ? 3 : 5];
    const buffers = Array.isArray(data) ? data : [];
    const sum = buffers.reduce((total: number, buffer) => total + lengthOf(buffer), 0);
    const verdict = judge(position, vectored ? sum : Number(count));
    if (typeof verdict === "string") fail(done, verdict);
    else if (vectored) Reflect.apply(original, fs, [fd, cut(buffers, verdict), position, done]);
    else
      Reflect.apply(original, fs, [fd, data, at, Math.min(verdict, Number(count)), position, done]);
  });
}

function fail(done: unknown, code: string): void {
  const error = Object.assign(new Error(`injected ${code}`), { code });
  if (typeof done === "function") setImmediate(() => done(error, 0));
}

function lengthOf(buffer: unknown): number {
  return buffer instanceof Uint8Array ? buffer.byteLength : 0;
}

function cut(buffers: readonly unknown[], most: number): Uint8Array[] {
  let left = most;
  const kept: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (!(buffer instanceof Uint8Array)) continue;
    kept.push(buffer.subarray(0, left));
    left -= Math.min(left, buffer.byteLength);
  }
  return kept;
}
