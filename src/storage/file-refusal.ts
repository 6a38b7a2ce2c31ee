/**
 * What to tell whoever named a file that cannot be used as an image.
 *
 * The system's own texts say what failed, never what would help; each line here does both.
 */
import { BlockgraphError } from "../error.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file: check the name, or have it made",
  EEXIST: "exists already and is not overwritten: choose another name, or open it as it is",
  EACCES: "permission denied: change its permissions or its owner, or open it read-only",
  EPERM: "not permitted: change its permissions or attributes, or open it read-only",
  EROFS: "is on a read-only file system: open it read-only, or copy it",
  ETXTBSY: "is a program that is running: name an image",
  EISDIR: "is a directory: name a regular file to use as an image",
  ENOTDIR: "leads through something that is no directory: check the name",
  ENOSPC: "no space left on the device: free some, or choose another place",
  EFBIG: "too long for its file system: choose a shorter length or another place",
  EMFILE: "too many files are open: close some, or raise the limit (ulimit -n)",
};

/**
 * Runs a system call on a file and turns its error into a refusal.
 *
 * @throws BlockgraphError `image-unusable`, whatever the action throws
 */
export function orRefuse<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const reason = REASONS[code] ?? `cannot be used as an image (${code}): check the file`;
    throw new BlockgraphError("image-unusable", `${path}: ${reason}`);
  }
}
