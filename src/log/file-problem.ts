/** What the operating system says about a file, as an error that a user can act on. */
import { BlockgraphError } from "../error.ts";

/**
 * Runs a file operation; what the system refuses becomes one line that names the file.
 *
 * @param what "cannot be read" or the like: goes between the path and the system's reason
 * @throws BlockgraphError `bad-argument`
 */
export function fileAction<Result>(path: string, what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const code = String(error.code);
    throw new BlockgraphError("bad-argument", `${path} ${what}: ${REASONS[code] ?? code}`);
  }
}

/** The usual reasons, with what would put them right; any other is named by its code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied (EACCES); check the permissions of the file and of its directory",
  EEXIST: "it exists already (EEXIST); choose another name, or ask for it to be overwritten",
  EISDIR: "it is a directory (EISDIR); name a file in it",
  ENOENT: "no such file or directory (ENOENT); check the spelling of the path",
  ENOTDIR: "a part of the path is no directory (ENOTDIR); check the path",
  EROFS: "the file system is read-only (EROFS); choose another place",
  ENOSPC: "no space left on the device (ENOSPC); free some and try again",
};
