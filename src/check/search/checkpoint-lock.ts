/**
 * One search at a time keeps its checkpoints in a folder: two would remove each other's.
 *
 * The lock is a file with the id of the process that holds it. A process that was killed leaves its
 * lock behind; whoever comes next takes that over, since nobody of that id is there any more.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LOCK = "lock";

/**
 * Takes the lock of a folder.
 * @returns what gives it back; or, if another process has it, that one's id
 * @throws what the system refuses
 */
export function lockFolder(folder: string): number | (() => void) {
  const path = join(folder, LOCK);
  const own = join(folder, `${LOCK}.${process.pid}`);
  writeFileSync(own, `${process.pid}\n`);
  try {
    if (!linked(own, path)) {
      const holder = holderOf(path) ?? takeAway(path, `${own}.before`);
      if (holder !== null) return holder;
      if (!linked(own, path)) return lockFolder(folder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/**
 * Takes a lock away that nobody holds, unless somebody took it over in the meantime.
 * @returns who did; null: nobody
 */
function takeAway(path: string, aside: string): number | null {
  renameSync(path, aside);
  const holder = holderOf(aside);
  if (holder !== null) linked(aside, path);
  rmSync(aside);
  return holder;
}

/** Makes the lock, complete from its first moment on. @returns false: there is one */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * The process that holds a lock; null: it is gone. One of this very id was another one before,
 * as in a container that was started again.
 */
function holderOf(path: string): number | null {
  const holder = Number(readFileSync(path, "utf8"));
  if (!Number.isSafeInteger(holder) || holder <= 0 || holder === process.pid) return null;
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    return codeOf(error) === "EPERM" ? holder : null;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
