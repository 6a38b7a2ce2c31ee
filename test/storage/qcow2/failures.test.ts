/**
 * What becomes of requests when the file cannot be read or written, and of the image afterwards.
 */
import { expect, test } from "vitest";
import { BlockgraphError } from "../../../src/error.ts";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { ask, askNow, OK } from "../ask.ts";
import { contentIn } from "./content-of.ts";
import { FailingHost } from "./failing-host.ts";

const CLUSTER = 4096;
const SIZE = 64 * CLUSTER;
const CLEAN = { corruptions: 0, leaks: 0, findings: [] };

function makeImage() {
  const host = new FailingHost();
  createQcow2On(host, "image", { size: SIZE, clusterSize: CLUSTER });
  return { host, storage: openQcow2On(host, "image") };
}

const data = (clusters: number, value: number) => Buffer.alloc(clusters * CLUSTER, value);

test("a write that fails leaves the disk as it was, and no cluster is lost", async () => {
  const { host, storage } = makeImage();
  expect(await askNow(storage, "write", 0, CLUSTER, data(1, 1))).toEqual(OK);
  host.failing = { kind: "write", code: "ENOSPC" };
  const outcome = await askNow(storage, "write", CLUSTER, 3 * CLUSTER, data(3, 2));
  expect(outcome).toEqual({ errno: "ENOSPC", status: null, bytes: 0 });
  host.failing = null;
  expect(await askNow(storage, "write", CLUSTER + 1, 1, Buffer.from([3]))).toEqual(OK);
  storage.close();
  expect(checkQcow2On(host, "image")).toEqual(CLEAN);
  const expected = Buffer.alloc(SIZE)
    .fill(1, 0, CLUSTER)
    .fill(3, CLUSTER + 1, CLUSTER + 2);
  expect(contentIn(host).equals(expected)).toBe(true);
});

test("a flush that fails for want of space can be tried again", async () => {
  const { host, storage } = makeImage();
  await askNow(storage, "write", 0, 2 * CLUSTER, data(2, 1));
  await askNow(storage, "discard", 0, CLUSTER);
  host.failing = { kind: "write", code: "ENOSPC" };
  expect(await askNow(storage, "flush")).toMatchObject({ errno: "ENOSPC" });
  host.failing = null;
  expect(await askNow(storage, "flush")).toEqual(OK);
  const expected = Buffer.alloc(SIZE).fill(1, CLUSTER, 2 * CLUSTER);
  expect(contentIn(host).equals(expected)).toBe(true);
  storage.close();
  expect(checkQcow2On(host, "image")).toEqual(CLEAN);
});

test("after a sync that failed nothing is changed any more: who knows what is stable", async () => {
  const { host, storage } = makeImage();
  await askNow(storage, "write", 0, CLUSTER, data(1, 1));
  host.failing = { kind: "sync", code: "EIO" };
  expect(await askNow(storage, "flush")).toMatchObject({ errno: "EIO" });
  host.failing = null;
  expect(await askNow(storage, "flush")).toMatchObject({ errno: "EIO" });
  expect(await askNow(storage, "write", 0, CLUSTER, data(1, 2))).toMatchObject({ errno: "EIO" });
  const buffer = data(1, 0);
  expect(await askNow(storage, "read", 0, CLUSTER, buffer)).toEqual(OK);
  expect(buffer.equals(data(1, 1))).toBe(true);
  expect(() => storage.close()).toThrow(BlockgraphError);
  expect(host.closed).toBe(true);
  expect(checkQcow2On(host, "image").corruptions).toBe(0);
});

test("a read that fails says so", async () => {
  const { host, storage } = makeImage();
  await askNow(storage, "write", 0, CLUSTER, data(1, 1));
  host.failing = { kind: "read", code: "EIO" };
  const buffers = [data(1, 9), data(1, 9)];
  const outcomes = buffers.map((buffer, at) => ask(storage, "read", at * CLUSTER, CLUSTER, buffer));
  storage.kick();
  // The second cluster is absent: no file has to be read for it.
  expect(await Promise.all(outcomes)).toMatchObject([{ errno: "EIO" }, { errno: null }]);
  storage.close();
});

test("an image that is open read-only refuses changes", async () => {
  const { host, storage } = makeImage();
  storage.close();
  const reader = openQcow2On(host, "image", { readOnly: true });
  for (const operation of ["discard", "write-zeroes"] as const) {
    expect(await askNow(reader, operation, 0, 512)).toMatchObject({ errno: "EPERM" });
  }
  expect(await askNow(reader, "write", 0, 1, Buffer.alloc(1))).toMatchObject({ errno: "EPERM" });
  expect(await askNow(reader, "flush")).toEqual(OK);
  reader.close();
});
