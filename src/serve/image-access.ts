/**
 * What the system lets us do with the file of an image, before it is opened.
 */
import fs from "node:fs";
import { systemText } from "./system-text.ts";

interface ImageAccess {
  readonly writable: boolean;
  /** why it cannot be had, in QEMU's words; null: it can */
  readonly problem: string | null;
}

/** Whether a file can be opened as an image, and written. */
export function lookAtImage(filename: string): ImageAccess {
  try {
    const stats = fs.statSync(filename);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (!stats.isFile()) {
      const problem =
        "A regular file was expected by the 'file' driver, but something else was given";
      return { writable: false, problem };
    }
    fs.accessSync(filename, fs.constants.R_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const problem = `Could not open '${filename}': ${systemText(code) ?? "Input/output error"}`;
    return { writable: false, problem };
  }
  return { writable: isWritable(filename), problem: null };
}

/** Whether it can be opened to be written. */
export function isWritable(filename: string): boolean {
  try {
    fs.accessSync(filename, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
