/**
 * What a user sees when something fails: one line, never a stack trace.
 *
 * Errors that blockgraph throws on purpose say everything already. What the system refused and
 * nobody caught still names the file. The rest is a defect of blockgraph and says so.
 */
import { BlockgraphError } from "../error.ts";

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "permission denied; check the permissions of the file and its folder",
  EEXIST: "it exists already; choose another name",
  EISDIR: "it is a directory; name a file",
  ENOENT: "there is no such file or folder; check the spelling",
  ENOSPC: "no space left on the device; free some and try again",
  ENOTDIR: "a part of the path is no folder; check the spelling",
  EROFS: "the file system is read-only; choose another place",
};

/** Prints the line on stderr; with BLOCKGRAPH_DEBUG=1 the stack as well. */
export function reportFailure(error: unknown): void {
  process.stderr.write(`blockgraph: ${failureLine(error)}\n`);
  if (process.env.BLOCKGRAPH_DEBUG === "1" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
}

/** What V8 says when it is refused memory. */
const OUT_OF_MEMORY = /out of memory|allocation failed|cannot allocate/i;

/** The text of an error on one line. */
function failureLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s*\n\s*/g, " ");
  if (error instanceof BlockgraphError) return line;
  if (error instanceof Error && "syscall" in error && "code" in error) {
    const code = String(error.code);
    const thing = "path" in error ? String(error.path) : `the system call ${error.syscall}`;
    return `${thing}: ${REMEDIES[code] ?? "the system refused it"} (${code})`;
  }
  if (error instanceof RangeError && OUT_OF_MEMORY.test(line)) {
    return `the system has no memory for this (${line}); free some, or raise the limit (ulimit -v)`;
  }
  return `internal error: ${line}; rerun with BLOCKGRAPH_DEBUG=1 to see where, and report it`;
}
