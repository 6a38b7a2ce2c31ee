/**
 * What an opened image tells of itself, what it refuses to be opened for, and what it does to bits
 * of its header.
 */
import fs from "node:fs";
import { expect, test } from "vitest";
import { createQcow2, createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { openQcow2, openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { resizeQcow2 } from "../../../src/storage/qcow2/resize.ts";
import { refusal } from "../../support/refusal.ts";
import { askNow, OK } from "../ask.ts";
import { scratch } from "../scratch.ts";
import { MemoryHost } from "./memory-host.ts";

const KIB = 1024;
const newPath = scratch();

/** An image of 1 MiB, changed. */
function imageWith(change: (bytes: Buffer) => void): MemoryHost {
  const host = new MemoryHost();
  createQcow2On(host, "image", { size: 1024 * KIB, backing: { file: "base", format: "raw" } });
  const bytes = host.content();
  change(bytes);
  return new MemoryHost(bytes);
}

test("it tells which clusters are its own, in clusters of its own size", async () => {
  const storage = openQcow2On(
    imageWith(() => {}),
    "image",
  );
  const { clusterBits, size, version, backing } = storage.header;
  expect({ clusterBits, size, version, backing }).toEqual({
    ...{ clusterBits: 16, size: 1024 * KIB, version: 3 },
    backing: { file: "base", format: "raw" },
  });
  await askNow(storage, "write", 70 * KIB, 1, Buffer.from([1]));
  await askNow(storage, "write", 130 * KIB, 1, Buffer.from([1]));
  await askNow(storage, "write-zeroes", 256 * KIB, 64 * KIB);
  await askNow(storage, "discard", 512 * KIB, 64 * KIB);
  expect([...storage.ownClusters()].map(({ kind, length }) => `${kind} ${length / KIB}`)).toEqual([
    ...["absent 64", "data 128", "absent 64", "zero 64", "absent 192", "zero 64", "absent 448"],
  ]);
  await askNow(storage, "discard", 64 * KIB, 64 * KIB);
  expect([...storage.ownClusters(100 * KIB, 50 * KIB)]).toEqual([
    { kind: "zero", offset: 100 * KIB, length: 28 * KIB },
    { kind: "data", offset: 128 * KIB, length: 22 * KIB },
  ]);
  storage.close();
});

test("an image that is corrupt can only be read", () => {
  const host = imageWith((bytes) => bytes.writeBigUInt64BE(2n, 72));
  expect(refusal("image-unusable", () => openQcow2On(host, "image"))).toMatch(
    /Image is corrupt; cannot be opened read\/write/,
  );
  openQcow2On(host, "image", { readOnly: true }).close();
});

test("autoclear bits that nobody here knows are cleared when it may be written to", () => {
  const host = imageWith((bytes) => bytes.writeBigUInt64BE(1n << 40n, 88));
  openQcow2On(host, "image", { readOnly: true }).close();
  expect(host.readNow(88, 8).readBigUInt64BE()).toBe(1n << 40n);
  openQcow2On(host, "image").close();
  expect(host.readNow(88, 8).readBigUInt64BE()).toBe(0n);
});

test("tables on top of each other are refused, and named", () => {
  const onHeader = imageWith((bytes) => bytes.writeBigUInt64BE(0n, 40));
  expect(refusal("image-unusable", () => openQcow2On(onHeader, "image"))).toMatch(
    /active L1 table at 0 overlaps with the header/,
  );
  const onRefcounts = imageWith((bytes) => {
    const l1 = Number(bytes.readBigUInt64BE(40));
    bytes.writeBigUInt64BE((1n << 63n) | bytes.readBigUInt64BE(48), l1);
  });
  expect(refusal("image-unusable", () => openQcow2On(onRefcounts, "image"))).toMatch(
    /active L2 table at \d+ overlaps with the refcount table/,
  );
});

test("a request that meets damage fails, and the storage says what it met", async () => {
  const host = imageWith((bytes) => {
    const l1 = Number(bytes.readBigUInt64BE(40));
    bytes.writeBigUInt64BE((1n << 63n) | 0x7fff0000n, l1);
  });
  const storage = openQcow2On(host, "image", { readOnly: true });
  const outcome = await askNow(storage, "read", 0, 512, Buffer.alloc(512));
  expect(outcome).toMatchObject({ errno: "EIO" });
  expect(storage.damage).toMatch(/entry 0 of the L1 table names an L2 table at \d+/);
  storage.close();
});

test("an image of a terabyte costs memory for what is used of it only", async () => {
  const path = newPath();
  const size = 2 ** 40;
  createQcow2(path, { size });
  const storage = openQcow2(path);
  for (const at of [0, size / 2, size - 512]) {
    expect(await askNow(storage, "write", at, 512, Buffer.alloc(512, 1))).toEqual(OK);
  }
  expect(await askNow(storage, "discard", 0, size)).toEqual(OK);
  expect(await askNow(storage, "block-status", 0, size)).toMatchObject({ status: "zero" });
  storage.close();
  expect(fs.statSync(path).size).toBeLessThan(1024 * KIB);
});

test("what cannot be made is refused, and leaves no file", () => {
  const cases = [
    [{ size: -1 }, /cannot have -1 bytes/],
    [{ size: 512, clusterSize: 1000 }, /Cluster size must be a power of two/],
    [{ size: 512, clusterSize: 4 * 1024 * KIB }, /between 512 and 2048k/],
    [{ size: 512, refcountBits: 3 }, /Refcount width must be a power of two/],
    [{ size: 512, version: 2, refcountBits: 8 }, /need version 3/],
    [{ size: 2 ** 38, clusterSize: 512 }, /image size is too large/],
  ] as const;
  for (const [options, words] of cases) {
    const path = newPath();
    expect(refusal("bad-argument", () => createQcow2(path, options))).toMatch(words);
    expect(fs.existsSync(path)).toBe(false);
  }
  const path = newPath();
  createQcow2(path, { size: 1024 });
  expect(refusal("image-unusable", () => createQcow2(path, { size: 512 }))).toMatch(/exists/);
  expect(refusal("bad-argument", () => resizeQcow2(path, 512))).toMatch(/does not shrink/);
});

test("clusters in a row, in the disk and in the file, cost one call", async () => {
  const made = new MemoryHost();
  createQcow2On(made, "image", { size: 1024 * KIB, clusterSize: 4096 });
  const host = new MemoryHost(made.content(), true);
  const storage = openQcow2On(host, "image");
  const written = () => host.steps?.filter(({ kind }) => kind === "write").length;
  await askNow(storage, "write", 100, 300 * KIB, Buffer.alloc(300 * KIB, 1));
  expect(written()).toBe(1);
  await askNow(storage, "write", 512, 200 * KIB, Buffer.alloc(200 * KIB, 2));
  expect(written()).toBe(2);
  storage.close();
});

test("what is no file with an image in it is refused", () => {
  const path = newPath();
  expect(refusal("image-unusable", () => openQcow2(path))).toMatch(/no such file/);
  fs.mkdirSync(path);
  expect(refusal("image-unusable", () => openQcow2(path))).toMatch(/is a directory/);
  const text = newPath();
  fs.writeFileSync(text, "no image");
  expect(refusal("image-unusable", () => openQcow2(text))).toMatch(/not in qcow2 format/);
});
