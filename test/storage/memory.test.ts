/**
 * The contract of every storage, kept by memory, and what memory has beyond it.
 */
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../../src/storage/memory.ts";
import { OK } from "./ask.ts";
import { storageContract } from "./contract.ts";

storageContract(
  (length) => {
    const storage = new MemoryStorage("image", length);
    return { storage, bytes: () => storage.content };
  },
  { holes: true },
);

describe("an image in memory", () => {
  it("executes a request at once", () => {
    const image = new MemoryStorage("image", 10_000);
    const buffer = Buffer.alloc(2);
    expect(image.execute("write", 4095, 2, Buffer.from([1, 2]))).toEqual(OK);
    expect(image.execute("read", 4095, 2, buffer)).toEqual(OK);
    expect([...buffer]).toEqual([1, 2]);
    expect(image.execute("flush", 0, 0, null)).toEqual(OK);
    expect(() => image.execute("read", 9_999, 2, buffer)).toThrow(/ends at byte 10000/);
  });

  it("allocates the blocks that a write touches and frees those that a discard covers", () => {
    const image = new MemoryStorage("image", 10_000);
    const map = () => {
      const extents: string[] = [];
      for (let at = 0; at < image.length; ) {
        const { status, bytes } = image.execute("block-status", at, image.length - at, null);
        extents.push(`${status} ${bytes}`);
        at += bytes;
      }
      return extents;
    };
    expect(map()).toEqual(["zero 10000"]);
    image.execute("write", 4095, 2, Buffer.from([1, 1]));
    expect(map()).toEqual(["data 8192", "zero 1808"]);
    image.execute("write", 9_999, 1, Buffer.from([1]));
    image.execute("discard", 1, 8191, null);
    expect(map()).toEqual(["data 4096", "zero 4096", "data 1808"]);
    image.execute("write-zeroes", 8192, 1808, null);
    expect(map()).toEqual(["data 4096", "zero 5904"]);
    expect(image.content.every((byte) => byte === 0)).toBe(true);
  });

  it("gives copies that have every byte, holes or not, and stay as they are", () => {
    const image = new MemoryStorage("image", 5 * 4096 + 100);
    const copies = [image.copy()];
    const writes = [
      [4096, 1],
      [2 * 4096 + 4095, 2],
      [5 * 4096 + 99, 3],
      [0, 4],
    ] as const;
    for (const [offset, byte] of writes) {
      image.execute("write", offset, 1, Buffer.from([byte]));
      const copy = image.copy();
      expect(Buffer.compare(copy, image.content)).toBe(0);
      copies.push(copy);
    }
    image.execute("discard", 0, image.length, null);
    expect(Buffer.compare(image.copy(), image.content)).toBe(0);
    const kept = copies.map((copy) => copy.reduce((sum, byte) => sum + byte, 0));
    expect(kept).toEqual([0, 1, 3, 6, 10]);
  });

  it("refuses a length that no image has", () => {
    expect(() => new MemoryStorage("image", -1)).toThrow(/cannot have -1 bytes/);
    expect(() => new MemoryStorage("image", 1.5)).toThrow(/cannot have 1.5 bytes/);
  });
});
