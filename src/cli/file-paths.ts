/**
 * Files that a command is about to make: none of them may be there already, no two may be the same,
 * and what will be written only after long work can be tried before.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BlockgraphError } from "../error.ts";
import { fileAction } from "../log/file-problem.ts";

/**
 * @param made what the command makes, with the option that names each
 * @param kept what it uses and must not be written over, not even by force
 * @throws BlockgraphError `bad-argument` naming the file and the option
 */
export function requireFree(
  made: readonly { readonly path: string; readonly option: string }[],
  kept: readonly string[],
  force: boolean,
): void {
  const taken = new Set(kept.map(identity));
  for (const { path, option } of made) {
    const own = identity(path);
    if (taken.has(own)) {
      const problem = "is used for something else by the same command";
      throw new BlockgraphError("bad-argument", `${path} ${problem}; choose another ${option}`);
    }
    taken.add(own);
    if (!existsSync(path)) continue;
    if (statSync(path).isDirectory()) {
      throw new BlockgraphError("bad-argument", `${path} is a directory; name a file: ${option}`);
    }
    if (force) continue;
    throw new BlockgraphError(
      "bad-argument",
      `${path} exists already; choose another ${option}, or give --force to write over it`,
    );
  }
}

/**
 * Makes sure that a file can be written: makes the folder that it is in, and leaves what is in the
 * file as it is.
 * @throws BlockgraphError `bad-argument` naming the file
 */
export function requireWritable(path: string): void {
  fileAction(path, "cannot be written", () => {
    mkdirSync(dirname(path), { recursive: true });
    const isThere = existsSync(path);
    // To open a pipe would be to wait for its reader.
    if (isThere && statSync(path).isFIFO()) return accessSync(path, constants.W_OK);
    closeSync(openSync(path, "a"));
    if (!isThere) rmSync(path);
  });
}

/** Equal for two paths that lead to one file, whether it exists or not. */
function identity(path: string): string {
  if (existsSync(path)) {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  }
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}
