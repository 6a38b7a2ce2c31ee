/**
 * Our check counts what `qemu-img check` counts, in images with a fault put into them, and in
 * images left by a crash.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { checkQcow2 } from "../../src/storage/qcow2/check.ts";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { readHeader } from "../../src/storage/qcow2/header.ts";
import { OpenedFile } from "../../src/storage/qcow2/host-file.ts";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { crashed, record } from "../storage/qcow2/power-cut.ts";
import { scratch } from "../storage/scratch.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { checkByQemu, fill, withImage } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img");

const CLUSTER = 65_536;
const newPath = scratch();

/** Where things are in the image under test. */
interface Places {
  readonly l1: number;
  readonly l2: number;
  readonly refcountTable: number;
  readonly block: number;
  /** host offset of the first guest cluster */
  readonly data: number;
}

type Fault = (bytes: Buffer, places: Places) => void;

const FAULTS: Readonly<Record<string, Fault>> = {
  none: () => {},
  "a leak": (bytes, { block }) => bytes.writeUInt16BE(1, block + 2 * 9),
  "a refcount of 2": (bytes, { block, data }) =>
    bytes.writeUInt16BE(2, block + 2 * (data / CLUSTER)),
  "a refcount of 0": (bytes, { block, data }) =>
    bytes.writeUInt16BE(0, block + 2 * (data / CLUSTER)),
  "a data cluster without COPIED": (bytes, { l2 }) => bytes.writeUInt8(0, l2),
  "an L2 table without COPIED": (bytes, { l1 }) => bytes.writeUInt8(0, l1),
  "two entries for one cluster": (bytes, { l2 }) => bytes.copy(bytes, l2 + 8, l2, l2 + 8),
  "an offset that is not aligned": (bytes, { l2, data }) => bytes.writeUInt32BE(data + 512, l2 + 4),
  "an offset beyond the file": (bytes, { l2 }) => bytes.writeUInt32BE(50 * CLUSTER, l2 + 4),
  "reserved bits in an L2 entry": (bytes, { l2 }) => bytes.writeUInt8(0x81, l2),
  "reserved bits in an L1 entry": (bytes, { l1 }) => bytes.writeUInt8(0x81, l1),
  "an L2 table where data is": (bytes, { l1, data }) => bytes.writeUInt32BE(data, l1 + 4),
  "an L2 table that is not aligned": (bytes, { l1, l2 }) => bytes.writeUInt32BE(l2 + 512, l1 + 4),
  "a refcount block outside": (bytes, { refcountTable }) =>
    bytes.writeUInt32BE(60 * CLUSTER, refcountTable + 12),
  "a refcount block that is not aligned": (bytes, { refcountTable }) =>
    bytes.writeUInt32BE(5 * CLUSTER + 512, refcountTable + 12),
  "a refcount block where data is": (bytes, { refcountTable, data }) =>
    bytes.writeUInt32BE(data, refcountTable + 12),
};

async function makeImage(): Promise<{ readonly path: string; readonly places: Places }> {
  const path = newPath();
  createQcow2(path, { size: 16 * CLUSTER });
  await withImage(path, (storage) => fill(storage, 0, 3 * CLUSTER, 0));
  const host = new OpenedFile(fs.openSync(path, "r"));
  const { l1Offset, refcountTableOffset } = readHeader(host, path);
  const at = (offset: number) =>
    Number(host.readNow(offset, 8).readBigUInt64BE() & ((1n << 56n) - 1n));
  const l2 = at(l1Offset);
  const places = {
    ...{ l1: l1Offset, l2, refcountTable: refcountTableOffset },
    ...{ block: at(refcountTableOffset), data: at(l2) },
  };
  host.close();
  return { path, places };
}

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`both count the same for ${name}`, async () => {
    const { path, places } = await makeImage();
    const bytes = fs.readFileSync(path);
    fault(bytes, places);
    fs.writeFileSync(path, bytes);
    const { corruptions, leaks, findings } = checkQcow2(path);
    expect({ corruptions, leaks, findings }).toMatchObject(checkByQemu(path));
  });
}

test("both count the same after a crash: leaks at most", async () => {
  const [path, image] = [newPath(), newPath()];
  createQcow2(image, { size: 100_000, clusterSize: 512 });
  const recording = await record(fs.readFileSync(image), [
    { operation: "write", offset: 1000, length: 50_000, wait: true },
    { operation: "flush", offset: 0, length: 0, wait: true },
    { operation: "discard", offset: 0, length: 40_000, wait: true },
    { operation: "write", offset: 70_000, length: 20_000, wait: false },
    { operation: "flush", offset: 0, length: 0, wait: true },
    { operation: "write", offset: 20_000, length: 3000, wait: true },
  ]);
  for (let at = 0; at <= recording.steps.length; at += 3) {
    const host = crashed(recording, at, (index) => index % 2 === at % 2);
    fs.writeFileSync(path, host.content());
    const { corruptions, leaks } = checkByQemu(path);
    expect(corruptions).toBe(0);
    expect(checkQcow2(path)).toMatchObject({ corruptions, leaks });
    openQcow2(path).close();
  }
});
