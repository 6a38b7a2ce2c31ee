/**
 * The files that the tidy rules look at: those that git tracks, and new ones that it would track.
 *
 * Asking git (and not the disk) keeps build output and installed packages out of sight. New files
 * count from the moment they exist, so that a rule speaks before the commit and not after it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Finding } from "./source-text.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** One file: its path from the top of the repository, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Paths of all files of the repository, sorted. */
export function trackedPaths(): string[] {
  const options = ["--cached", "--others", "--exclude-standard", "-z"];
  const output = execFileSync("git", ["ls-files", ...options], { cwd: ROOT, encoding: "utf8" });
  const paths = new Set(output.split("\0").filter((path) => path !== ""));
  return [...paths].filter((path) => existsSync(join(ROOT, path))).sort();
}

/** All files of the repository that a test accepts by path, with their text. */
export function trackedFiles(accept: (path: string) => boolean): SourceFile[] {
  return trackedPaths()
    .filter(accept)
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** `path:line: what` for every finding of a rule, ready for a test's failure message. */
export function report(
  files: readonly SourceFile[],
  rule: (file: SourceFile) => readonly Finding[],
): string[] {
  return files.flatMap((file) =>
    rule(file).map(({ line, what }) => `${file.path}:${line}: ${what}`),
  );
}
