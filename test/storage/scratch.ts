/**
 * A directory of its own for the files of a test, removed when the test file is through.
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Makes the directory. Returns a function that makes up a path in it, new at every call. */
export function scratch(): () => string {
  const directory = fs.mkdtempSync(join(tmpdir(), "blockgraph-test-"));
  let count = 0;
  afterAll(() => fs.rmSync(directory, { recursive: true }));
  return () => join(directory, `image-${count++}`);
}
