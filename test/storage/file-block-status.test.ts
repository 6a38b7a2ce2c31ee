/**
 * Block status of files: each of the answers that lseek can give, and a real file with holes.
 */
import fs from "node:fs";
import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { FileBlockStatus } from "../../src/storage/file-block-status.ts";
import { loadLibc } from "../../src/storage/libc.ts";
import { scratch } from "./scratch.ts";

const { ENXIO, EINVAL, EIO } = constants.errno;
const newPath = scratch();

const KIB = 1024;

/** Status of 100 KiB at offset 50 KiB where lseek answers so, everything in KiB. */
function status(data: number, hole: number): string {
  const libc = {
    seekData: () => (data < 0 ? data : data * KIB),
    seekHole: () => (hole < 0 ? hole : hole * KIB),
    punchHole: () => 0,
  };
  const outcome = new FileBlockStatus(libc, -1).at(50 * KIB, 100 * KIB);
  return `${outcome.errno} ${outcome.status} ${outcome.bytes / KIB}`;
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
    const outcome = new FileBlockStatus(null, -1).at(50, 100);
    expect(outcome).toMatchObject({ status: "data", bytes: 100 });
  });
});

describe("searching for the end of the data", () => {
  /** A file of 1 MiB of data, which counts the searches. */
  function counting() {
    const searches: number[] = [];
    const libc = {
      seekData: (_fd: number, offset: number) => offset,
      seekHole: (_fd: number, offset: number) => {
        searches.push(offset);
        return 1024 * KIB;
      },
      punchHole: () => 0,
    };
    return { searches, file: new FileBlockStatus(libc, -1) };
  }

  it("happens once for a file that is asked piece by piece", () => {
    const { searches, file } = counting();
    for (let at = 0; at < 1024 * KIB; at += 128 * KIB) {
      expect(file.at(at, 128 * KIB)).toMatchObject({ status: "data", bytes: 128 * KIB });
    }
    expect(searches).toEqual([0]);
  });

  it("happens again after something was punched there, and only then", () => {
    const { searches, file } = counting();
    file.at(0, 128 * KIB);
    file.punched(2048 * KIB, KIB);
    file.at(0, 128 * KIB);
    expect(searches).toEqual([0]);
    file.punched(1023 * KIB, KIB);
    file.at(0, 128 * KIB);
    expect(searches).toEqual([0, 0]);
  });

  it("does not happen for 64 KiB or less", () => {
    const { searches, file } = counting();
    expect(file.at(64 * KIB, 64 * KIB)).toMatchObject({ status: "data", bytes: 64 * KIB });
    expect(searches).toEqual([]);
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
    const file = new FileBlockStatus(libc, fd);
    const seen: string[] = [];
    for (let at = 0; at < 4 * MIB; ) {
      const { status: kind, bytes } = file.at(at, 4 * MIB - at);
      seen.push(`${kind} ${bytes / MIB}`);
      at += bytes;
    }
    expect(seen).toEqual(["zero 1", "data 1", "zero 0.5", "data 0.5", "zero 1"]);
    fs.closeSync(fd);
  });
});
