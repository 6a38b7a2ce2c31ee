/**
 * Block status of files: each of the answers that lseek can give, and a real file with holes.
 */
import fs from "node:fs";
import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { fileBlockStatus } from "../../src/storage/file-block-status.ts";
import { loadLibc } from "../../src/storage/libc.ts";
import { scratch } from "./scratch.ts";

const { ENXIO, EINVAL, EIO } = constants.errno;
const newPath = scratch();

/** Status of 100 bytes at offset 50 where lseek answers so. */
function status(data: number, hole: number): string {
  const libc = { seekData: () => data, seekHole: () => hole, punchHole: () => 0 };
  const outcome = fileBlockStatus(libc, -1, 50, 100);
  return `${outcome.errno} ${outcome.status} ${outcome.bytes}`;
}

describe("what lseek says", () => {
  it.for<[string, number, number, string]>([
    ["data up to a hole", 50, 70, "null data 20"],
    ["data beyond the range", 50, 1000, "null data 100"],
    ["a hole up to data", 70, -1, "null zero 20"],
    ["a hole beyond the range", 1000, -1, "null zero 100"],
    ["no more data", -ENXIO, -1, "null zero 100"],
    ["that it cannot tell", -EINVAL, -1, "null data 100"],
    ["that it failed", -EIO, -1, "null data 100"],
    ["data, but not how much", 50, -ENXIO, "null data 100"],
    ["data and a hole at the same place, as if the file had changed", 50, 50, "null data 100"],
    ["data before the offset, which is no answer", 10, 70, "null data 100"],
  ])("%s", ([, data, hole, expected]) => {
    expect(status(data, hole)).toBe(expected);
  });

  it("nothing, without the C library: all may be data", () => {
    expect(fileBlockStatus(null, -1, 50, 100)).toMatchObject({ status: "data", bytes: 100 });
  });
});

describe("a real file", () => {
  it("has the holes that were left and punched", () => {
    const path = newPath();
    const MIB = 1024 * 1024;
    const fd = fs.openSync(path, "wx+");
    fs.writeSync(fd, Buffer.alloc(2 * MIB, 1), 0, 2 * MIB, MIB);
    fs.ftruncateSync(fd, 4 * MIB);
    const libc = loadLibc();
    expect(libc?.punchHole(fd, 2 * MIB, MIB / 2)).toBe(0);
    const seen: string[] = [];
    for (let at = 0; at < 4 * MIB; ) {
      const { status: kind, bytes } = fileBlockStatus(libc, fd, at, 4 * MIB - at);
      seen.push(`${kind} ${bytes / MIB}`);
      at += bytes;
    }
    expect(seen).toEqual(["zero 1", "data 1", "zero 0.5", "data 0.5", "zero 1"]);
    fs.closeSync(fd);
  });
});
