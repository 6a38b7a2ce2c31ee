/**
 * Requests for different bytes of one cluster, at the same time.
 */
import { expect, test } from "vitest";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { readHeader } from "../../../src/storage/qcow2/header.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { ask, askNow } from "../ask.ts";
import { contentIn } from "./content-of.ts";
import { MemoryHost } from "./memory-host.ts";

const CLUSTER = 4096;

class HoldingHost extends MemoryHost {
  held: Promise<void> | null = null;

  override async read(offset: number, buffers: readonly Uint8Array[]): Promise<void> {
    const { held } = this;
    this.held = null;
    await held;
    await super.read(offset, buffers);
  }
}

// A read that takes long gets what was there when it began, though the host cluster that it reads
// is given up meanwhile, and somebody else would like to have it.
test.each([
  ["given to others", false],
  ["given to others, nor a hole", true],
])("a host cluster is not %s while somebody reads it", async (_, unmap) => {
  const made = new MemoryHost();
  createQcow2On(made, "image", { size: 16 * CLUSTER, clusterSize: CLUSTER });
  const first = openQcow2On(made, "image");
  await askNow(first, "write", 0, CLUSTER, Buffer.alloc(CLUSTER, 1));
  first.close();
  // Without its COPIED flag the cluster is copied before it is written to.
  const bytes = made.content();
  const { l1Offset } = readHeader(made, "image");
  bytes.writeUInt8(0, Number(bytes.readBigUInt64BE(l1Offset) & 0xffffffffn));
  const host = new HoldingHost(bytes);
  const storage = openQcow2On(host, "image", { unmap });
  let release = () => {};
  host.held = new Promise((resolve) => {
    release = resolve;
  });
  const buffer = Buffer.alloc(512);
  const read = ask(storage, "read", 0, 512, buffer);
  storage.kick();
  await askNow(storage, "write", 512, 512, Buffer.alloc(512, 2));
  await askNow(storage, "flush");
  for (let at = 1; at < 8; at++) {
    await askNow(storage, "write", at * CLUSTER, CLUSTER, Buffer.alloc(CLUSTER, 3));
  }
  release();
  await read;
  expect(buffer.equals(Buffer.alloc(512, 1))).toBe(true);
  storage.close();
  expect(checkQcow2On(host, "image")).toEqual({ corruptions: 0, leaks: 0, findings: [] });
});

test("writes to parts of one cluster that has no host cluster yet all get into it", async () => {
  const host = new MemoryHost();
  createQcow2On(host, "image", { size: 2 * CLUSTER, clusterSize: CLUSTER });
  const storage = openQcow2On(host, "image");
  const expected = Buffer.alloc(2 * CLUSTER);
  const under: Promise<unknown>[] = [];
  // With gaps between them, so that they are not made one.
  for (let at = 0; at + 300 <= 2 * CLUSTER; at += 300) {
    expected.fill(at % 251, at, at + 200);
    under.push(ask(storage, "write", at, 200, Buffer.alloc(200, at % 251)));
    under.push(ask(storage, at % 200 === 0 ? "discard" : "write-zeroes", at + 250, 20));
  }
  storage.kick();
  await Promise.all(under);
  storage.close();
  expect(contentIn(host).equals(expected)).toBe(true);
  expect(checkQcow2On(host, "image")).toEqual({ corruptions: 0, leaks: 0, findings: [] });
});
