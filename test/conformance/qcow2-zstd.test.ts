/**
 * Where the frame ends that a cluster compressed with zstd is, by what qemu-img wrote: it puts one
 * right behind the other. (Whether Node can decompress them is said in qcow2.test.ts.)
 */
import fs from "node:fs";
import { expect } from "vitest";
import { OpenedFile } from "../../src/storage/qcow2/host-file.ts";
import { openQcow2Image } from "../../src/storage/qcow2/open-image.ts";
import { zstdFrameLength } from "../../src/storage/qcow2/zstd.ts";
import { scratch } from "../storage/scratch.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-img");

const CLUSTER = 65_536;
const COUNT = 8;
const newPath = scratch();

/** Clusters that compress more or less well: of few bytes, of text, half of noise. */
function content(): Buffer {
  const bytes = Buffer.alloc(COUNT * CLUSTER);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    const cluster = Math.floor(at / CLUSTER);
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const noise = at % CLUSTER < (cluster * CLUSTER) / (COUNT * 2);
    bytes[at] = noise ? state >>> 24 : 65 + ((at >> cluster) % 23);
  }
  return bytes;
}

test("a frame is as long as it says, whatever follows", () => {
  const [plain, path] = [newPath(), newPath()];
  fs.writeFileSync(plain, content());
  const options = ["-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd"];
  runTool("qemu-img", "convert", "-c", ...options, plain, path);
  const host = new OpenedFile(fs.openSync(path, "r"));
  const { mapping } = openQcow2Image(host, "image", { readOnly: true }).image;
  const entries = Array.from({ length: COUNT }, (_, cluster) => mapping.entry(cluster));
  const byPlace = entries.toSorted((one, other) => one.offset - other.offset);
  for (const [index, { kind, offset, length }] of byPlace.entries()) {
    expect(kind).toBe("compressed");
    const stored = host.readNow(offset, length);
    const end = zstdFrameLength(stored);
    const next = byPlace[index + 1];
    if (next !== undefined) expect(offset + end).toBe(next.offset);
    expect(() => zstdFrameLength(stored.subarray(0, end - 1))).toThrow("cut short");
  }
  host.close();
  expect(() => zstdFrameLength(Buffer.alloc(512, 1))).toThrow("no zstd frame");
});
