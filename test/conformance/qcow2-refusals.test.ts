/**
 * Headers that QEMU refuses are refused here, in the same words.
 */
import fs from "node:fs";
import { expect } from "vitest";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { scratch } from "../storage/scratch.ts";
import { refusal } from "../support/refusal.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { createByQemu, tryTool } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-io", "qemu-img");

const newPath = scratch();

type Flaw = (bytes: Buffer) => void;

const FLAWS: Readonly<Record<string, Flaw>> = {
  "another magic": (bytes) => bytes.writeUInt32BE(1, 0),
  "another version": (bytes) => bytes.writeUInt32BE(4, 4),
  "tiny clusters": (bytes) => bytes.writeUInt32BE(8, 20),
  "huge clusters": (bytes) => bytes.writeUInt32BE(22, 20),
  "a short header": (bytes) => bytes.writeUInt32BE(96, 100),
  "a header of more than a cluster": (bytes) => bytes.writeUInt32BE(65_544, 100),
  "a backing file name far away": (bytes) => {
    bytes.writeBigUInt64BE(100_000n, 8);
    bytes.writeUInt32BE(10, 16);
  },
  "a backing file name that is too long": (bytes) => {
    bytes.writeBigUInt64BE(1000n, 8);
    bytes.writeUInt32BE(1024, 16);
  },
  "an unknown incompatible feature": (bytes) => bytes.writeBigUInt64BE(0x80n, 72),
  "refcounts of 128 bits": (bytes) => bytes.writeUInt32BE(7, 96),
  "an unknown encryption": (bytes) => bytes.writeUInt32BE(3, 32),
  "no refcount table": (bytes) => bytes.writeUInt32BE(0, 56),
  "a refcount table that is too large": (bytes) => bytes.writeUInt32BE(1000, 56),
  "a refcount table that is not aligned": (bytes) => bytes.writeBigUInt64BE(65_537n, 48),
  "an L1 table that is too large": (bytes) => bytes.writeUInt32BE(0x7fffffff, 36),
  "an L1 table that is too small": (bytes) => bytes.writeUInt32BE(0, 36),
  "an L1 table that is not aligned": (bytes) => bytes.writeBigUInt64BE(196_609n, 40),
  "too many snapshots": (bytes) => bytes.writeUInt32BE(70_000, 60),
  "a snapshot table that is not aligned": (bytes) => {
    bytes.writeUInt32BE(1, 60);
    bytes.writeBigUInt64BE(1n, 64);
  },
  "an extension that is too long": (bytes) => bytes.writeUInt32BE(100_000, 116),
  "an unknown compression": (bytes) => {
    bytes.writeBigUInt64BE(8n, 72);
    bytes[104] = 2;
  },
  "a compression that it does not admit": (bytes) => bytes.writeUInt8(1, 104),
  "a compression that it says is none": (bytes) => bytes.writeBigUInt64BE(8n, 72),
  "the corrupt bit": (bytes) => bytes.writeBigUInt64BE(2n, 72),
};

for (const [name, flaw] of Object.entries(FLAWS)) {
  test(`an image with ${name} is refused in QEMU's words`, () => {
    const path = newPath();
    createByQemu(path, 1024 * 1024 * 1024);
    const bytes = fs.readFileSync(path);
    flaw(bytes);
    fs.writeFileSync(path, bytes);
    const { stderr } = tryTool("qemu-io", "-f", "qcow2", "-c", "flush", path);
    const words = /device [^:]+: (?:Could not open '[^']+': )?(.+)/.exec(stderr)?.[1] ?? stderr;
    expect(refusal("image-unusable", () => openQcow2(path))).toContain(words);
  });
}
