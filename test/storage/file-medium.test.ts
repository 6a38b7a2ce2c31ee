/**
 * How files are read and written: how many system calls, and what becomes of those that fail.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { constants } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openFile } from "../../src/storage/file.ts";
import { FileMedium } from "../../src/storage/file-medium.ts";
import { QueuedStorage } from "../../src/storage/queued-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { ask, askNow, OK } from "./ask.ts";
import { intercept } from "./intercept.ts";
import { scratch } from "./scratch.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const { ENOSPC, EINTR, EOPNOTSUPP } = constants.errno;
const newPath = scratch();

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes adjacent requests of 64 KiB from offset 0 in one kick. Returns their errnos. */
async function inOneKick(storage: Storage, operation: "read" | "write", buffers: Buffer[]) {
  const outcomes = buffers.map((buffer, index) =>
    ask(storage, operation, index * 64 * KIB, 64 * KIB, buffer),
  );
  storage.kick();
  return (await Promise.all(outcomes)).map(({ errno }) => errno);
}

function buffers(count: number, fill: (index: number) => number): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.alloc(64 * KIB, fill(index)));
}

function newFile(length: number) {
  const path = newPath();
  return { path, storage: openFile(path, { create: { length } }) };
}

describe("system calls", () => {
  it("are two for 16 adjacent writes and two for 16 adjacent reads, 8 buffers each", async () => {
    const { storage } = newFile(MIB);
    const calls = (["read", "readv", "write", "writev"] as const).map((name) => vi.spyOn(fs, name));
    await inOneKick(
      storage,
      "write",
      buffers(16, (index) => index),
    );
    const read = buffers(16, () => 99);
    await inOneKick(storage, "read", read);
    expect(read.every((buffer, index) => buffer.every((byte) => byte === index))).toBe(true);
    expect(calls.map(({ mock }) => mock.calls.length)).toEqual([0, 2, 0, 2]);
    expect(calls.map(({ mock }) => mock.calls[0]?.[1])).toMatchObject([
      undefined,
      { length: 8 },
      undefined,
      { length: 8 },
    ]);
    storage.close();
  });

  it("go on where they stopped short", async () => {
    const { storage, path } = newFile(10_000);
    const write = intercept("write", (_, length) => Math.min(length, 4000));
    const read = intercept("read", (_, length) => Math.min(length, 4000));
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));
    expect(await askNow(storage, "write", 0, 10_000, bytes)).toEqual(OK);
    expect(fs.readFileSync(path).equals(bytes)).toBe(true);
    const back = Buffer.alloc(10_000);
    expect(await askNow(storage, "read", 0, 10_000, back)).toEqual(OK);
    expect(back.equals(bytes)).toBe(true);
    expect([write.mock.calls.length, read.mock.calls.length]).toEqual([3, 3]);
    storage.close();
  });

  it("put a flush through to the disk", async () => {
    const { storage } = newFile(4096);
    const sync = vi.spyOn(fs, "fdatasync");
    expect(await askNow(storage, "flush")).toEqual(OK);
    expect(sync).toHaveBeenCalledTimes(1);
    storage.close();
  });
});

describe("errors", () => {
  it("are given to the requests that they belong to, out of a merged write", async () => {
    const { storage, path } = newFile(MIB);
    const bad = (position: number, length: number) =>
      position <= 3 * 64 * KIB && 3 * 64 * KIB < position + length;
    const judge = (at: number, length: number) => (bad(at, length) ? "EDQUOT" : length);
    const writev = intercept("writev", judge);
    intercept("write", judge);
    const errnos = await inOneKick(
      storage,
      "write",
      buffers(5, () => 1),
    );
    expect(writev).toHaveBeenCalledTimes(1);
    expect(errnos).toEqual([null, null, null, "EIO", null]);
    const content = fs.readFileSync(path);
    expect([0, 1, 2, 3, 4, 5].map((index) => content[index * 64 * KIB])).toEqual([
      1, 1, 1, 0, 1, 0,
    ]);
    storage.close();
  });

  it("are EIO for reads beyond the end of a file that became shorter", async () => {
    const { storage, path } = newFile(MIB);
    fs.truncateSync(path, 3 * 64 * KIB + 100);
    const errnos = await inOneKick(
      storage,
      "read",
      buffers(5, () => 1),
    );
    expect(errnos).toEqual([null, null, null, "EIO", "EIO"]);
    storage.close();
  });

  it("keep their names where a guest knows them", async () => {
    const { storage } = newFile(4096);
    for (const [code, errno] of [
      ["ENOSPC", "ENOSPC"],
      ["EACCES", "EACCES"],
      ["EFBIG", "EIO"],
    ] as const) {
      intercept("write", () => code);
      expect((await askNow(storage, "write", 0, 1, Buffer.alloc(1))).errno).toBe(errno);
      vi.restoreAllMocks();
    }
    storage.close();
  });
});

/** A file system of 1 MiB, or null where mounting one is not permitted. */
function mountTiny(): string | null {
  const directory = newPath();
  fs.mkdirSync(directory);
  try {
    const options = ["-t", "tmpfs", "-o", "size=1m", "none", directory];
    execFileSync("mount", options, { stdio: "ignore" });
    return directory;
  } catch {
    return null;
  }
}

describe("a full disk", () => {
  it("is ENOSPC for the writes that found no room, and for those alone", async () => {
    const directory = mountTiny();
    // Where nothing can be mounted, the system call says what a full disk would say.
    const room = (at: number, length: number) => (at + length <= MIB ? length : "ENOSPC");
    if (directory === null) for (const name of ["write", "writev"] as const) intercept(name, room);
    try {
      const path = directory === null ? newPath() : `${directory}/image`;
      const storage = openFile(path, { create: { length: 4 * MIB } });
      const ones = buffers(64, () => 1);
      const errnos = await inOneKick(storage, "write", ones);
      const written = errnos.filter((errno) => errno === null).length;
      expect(written).toBeGreaterThan(8);
      expect(written).toBeLessThanOrEqual(16);
      expect(errnos.slice(written)).toEqual(Array(64 - written).fill("ENOSPC"));
      expect(await inOneKick(storage, "read", ones.slice(0, written))).not.toContain("EIO");
      expect(ones[written - 1]?.every((byte) => byte === 1)).toBe(true);
      if (directory !== null) {
        expect(await askNow(storage, "discard", 0, MIB)).toEqual(OK);
        const again = Buffer.alloc(64 * KIB, 2);
        expect(await askNow(storage, "write", 3 * MIB, 64 * KIB, again)).toEqual(OK);
      }
      storage.close();
    } finally {
      if (directory !== null) execFileSync("umount", [directory]);
    }
  });
});

describe("punching holes", () => {
  /** A file of ones whose holes are punched by `punch`; data is everywhere. */
  function setUp(length: number, punch: (offset: number, length: number) => number) {
    const path = newPath();
    fs.writeFileSync(path, Buffer.alloc(length, 1));
    const fd = fs.openSync(path, "r+");
    const asked: string[] = [];
    const medium = new FileMedium(fd, false, {
      seekData: (_, offset) => offset,
      seekHole: () => length,
      punchHole: (_, at, bytes) => {
        asked.push(`${at}+${bytes}`);
        return punch(at, bytes);
      },
    });
    const storage = new QueuedStorage("image", length, medium, () => fs.closeSync(fd));
    return {
      storage,
      asked,
      zeros: () => fs.readFileSync(path).filter((byte) => byte === 0).length,
    };
  }

  it("goes in slices, between which others get their turn", async () => {
    const { storage, asked } = setUp(4 * MIB, () => 0);
    const discard = askNow(storage, "discard", 512, 3 * MIB);
    expect(asked).toEqual([`512+${MIB}`]);
    expect(await discard).toEqual(OK);
    expect(asked).toEqual([`512+${MIB}`, `${MIB + 512}+${MIB}`, `${2 * MIB + 512}+${MIB}`]);
    storage.close();
  });

  it("is not tried again where the file system cannot, but replaced by zeros", async () => {
    const { storage, asked, zeros } = setUp(4 * MIB, () => -EOPNOTSUPP);
    expect(await askNow(storage, "discard", 1, 3 * MIB)).toEqual(OK);
    expect(await askNow(storage, "write-zeroes", 3 * MIB + 1, 5)).toEqual(OK);
    expect(zeros()).toBe(3 * MIB + 5);
    expect(asked).toHaveLength(1);
    storage.close();
  });

  it("writes zeros from where it got to, if it is refused half way", async () => {
    const { storage, zeros } = setUp(4 * MIB, (offset) => (offset === 0 ? 0 : -EOPNOTSUPP));
    expect(await askNow(storage, "discard", 0, 4 * MIB)).toEqual(OK);
    expect(zeros()).toBe(3 * MIB);
    storage.close();
  });

  it("is repeated when a signal interrupts it", async () => {
    let calls = 0;
    const { storage, asked } = setUp(4096, () => (calls++ === 0 ? -EINTR : 0));
    expect(await askNow(storage, "discard", 0, 4096)).toEqual(OK);
    expect(asked).toEqual(["0+4096", "0+4096"]);
    storage.close();
  });

  it("fails as it was refused, each request of a merged range by itself", async () => {
    const { storage } = setUp(3 * MIB, (at, bytes) => (at + bytes > MIB ? -ENOSPC : 0));
    const outcomes = [0, 1, 2].map((index) => ask(storage, "discard", (index * MIB) / 2, MIB / 2));
    storage.kick();
    const errnos = (await Promise.all(outcomes)).map(({ errno }) => errno);
    expect(errnos).toEqual([null, null, "ENOSPC"]);
    storage.close();
  });
});
