/**
 * The C library's calls: what they return, and doing without them.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadLibc } from "../../src/storage/libc.ts";
import { scratch } from "./scratch.ts";

const newPath = scratch();
// The object that libc.ts gets, so that a spy on it is seen there.
const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

describe("the C library", () => {
  it("finds data beyond 4 GiB, and says ENXIO after the last", () => {
    const path = newPath();
    const fd = fs.openSync(path, "wx+");
    const far = 5 * 1024 ** 3;
    fs.writeSync(fd, "x", far);
    const libc = loadLibc();
    expect(libc?.seekData(fd, 0)).toBe(far);
    expect(libc?.seekHole(fd, 0)).toBe(0);
    expect(libc?.seekHole(fd, far)).toBe(far + 1);
    expect(libc?.seekData(fd, far + 1)).toBe(-constants.errno.ENXIO);
    expect(libc?.punchHole(fd, far, 1)).toBe(0);
    expect(libc?.punchHole(fd, 0, 0)).toBe(-constants.errno.EINVAL);
    fs.closeSync(fd);
    expect(fs.statSync(path).size).toBe(far + 1);
    expect(libc?.seekData(-1, 0)).toBe(-constants.errno.EBADF);
  });

  it("lets a socket take more than it does by default, or as much as it may", async () => {
    const library = koffi.load("libc.so.6");
    const fd: number = library.func("int socket(int family, int type, int protocol)")(1, 1, 0);
    const option = library.func(
      "int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, void *size)",
    );
    const taken = () => {
      const value = Buffer.alloc(4);
      expect(option(fd, 1, 7, value, Buffer.from([4, 0, 0, 0]))).toBe(0);
      return value.readUInt32LE();
    };
    const libc = loadLibc();
    const before = taken();
    expect(libc?.sendBuffer(fd, 2 ** 30)).toBe(0);
    const most = taken();
    expect(most).toBeGreaterThanOrEqual(before);
    expect(libc?.sendBuffer(fd, 8192)).toBe(0);
    expect(taken()).toBeLessThan(most);
    fs.closeSync(fd);
    expect(libc?.sendBuffer(-1, 8192)).toBe(-constants.errno.EBADF);
  });

  it("is loaded once", async () => {
    const load = vi.spyOn(koffi, "load");
    const fresh = await import("../../src/storage/libc.ts");
    expect(load).not.toHaveBeenCalled();
    expect(fresh.loadLibc()).toBe(fresh.loadLibc());
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("is null where it cannot be loaded", async () => {
    vi.spyOn(koffi, "load").mockImplementation(() => {
      throw new Error("no such library");
    });
    const fresh = await import("../../src/storage/libc.ts");
    expect(fresh.loadLibc()).toBeNull();
  });
});
