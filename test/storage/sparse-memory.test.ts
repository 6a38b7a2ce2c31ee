/**
 * The contract of every storage, kept in pages of memory; and an image that no memory could hold.
 */
import { describe, expect, test } from "vitest";
import { openSparseMemory } from "../../src/storage/sparse-memory.ts";
import { askNow } from "./ask.ts";
import { storageContract } from "./contract.ts";

describe("pages of memory", () => {
  storageContract(
    (length) => {
      const { storage, copy } = openSparseMemory("memory", length);
      return { storage, bytes: copy };
    },
    { holes: true, block: 65_536 },
  );
});

test("of a disk of 16 TiB only what was written takes memory, until it is discarded", async () => {
  const { storage } = openSparseMemory("memory", 2 ** 44);
  const far = 2 ** 44 - 100_000;
  const before = process.memoryUsage().rss;
  await askNow(storage, "write", far, 70_000, Buffer.alloc(70_000, 7));
  const read = Buffer.alloc(70_002);
  await askNow(storage, "read", far - 1, 70_002, read);
  expect(read.equals(Buffer.concat([Buffer.of(0), Buffer.alloc(70_000, 7), Buffer.of(0)]))).toBe(
    true,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  await askNow(storage, "discard", 0, 2 ** 44, null);
  const status = await askNow(storage, "block-status", far, 100_000, null);
  expect(status).toMatchObject({ status: "zero", bytes: 100_000 });
});
