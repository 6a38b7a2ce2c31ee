/**
 * Files that a command is about to make: none of them may be there already, and no two the same.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BlockgraphError } from "../error.ts";

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

/** Equal for two paths that lead to one file, whether it exists or not. */
function identity(path: string): string {
  if (existsSync(path)) {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  }
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}
