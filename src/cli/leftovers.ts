/**
 * What must not be left behind: temporary folders, open logs.
 *
 * Whoever makes such a thing says here how to get rid of it. That happens when it is no longer
 * needed, or when the program ends, be it by an error or by Ctrl-C.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const leftovers = new Set<() => void>();
process.on("exit", () => {
  for (const remove of leftovers) remove();
});

/**
 * Keeps an action for the end of the program.
 * @returns does it now instead
 */
export function atExit(action: () => void): () => void {
  leftovers.add(action);
  return () => {
    if (leftovers.delete(action)) action();
  };
}

/** A new folder that is removed, with what is in it, when `use` is done. */
export async function withTemporaryFolder<Result>(
  use: (folder: string) => Result | Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-"));
  const remove = atExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await use(folder);
  } finally {
    remove();
  }
}

/** Lets the event loop turn once, so that Ctrl-C is heard between two long computations. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
