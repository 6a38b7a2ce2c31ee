/**
 * Opening files as images, and refusing those that are none.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { BlockgraphError } from "../../src/error.ts";
import { openFile } from "../../src/storage/file.ts";
import { askNow, OK } from "./ask.ts";
import { scratch } from "./scratch.ts";

const newPath = scratch();

function refusal(action: () => unknown): BlockgraphError {
  try {
    action();
  } catch (error) {
    if (error instanceof BlockgraphError) return error;
    throw error;
  }
  return expect.unreachable("it was not refused");
}

/** Expects a refusal in one line: the code, the file, what is wrong and what would help. */
function expectRefusal(path: string, action: () => unknown, reason: string, code: string): void {
  const error = refusal(action);
  expect(error.message).toBe(`${path}: ${reason}`);
  expect(error.code).toBe(code);
  expect(error.message).not.toContain("\n");
}

describe("opening a file", () => {
  it("takes its name and length, and changes nothing", async () => {
    const path = newPath();
    fs.writeFileSync(path, "hello");
    const storage = openFile(path);
    expect([storage.name, storage.length]).toEqual([basename(path), 5]);
    storage.close();
    storage.close();
    expect(fs.readFileSync(path, "utf8")).toBe("hello");
    await expect(askNow(storage, "flush")).rejects.toThrow(/after close/);
  });

  it("makes a file that is one hole", () => {
    const path = newPath();
    openFile(path, { create: { length: 1 << 30 } }).close();
    const { size, blocks } = fs.statSync(path);
    expect([size, blocks]).toEqual([1 << 30, 0]);
  });

  it("opens a file that may not be written to, if it is asked not to", async () => {
    const path = newPath();
    fs.writeFileSync(path, "hello", { mode: 0o444 });
    const storage = openFile(path, { readOnly: true });
    const buffer = Buffer.alloc(5);
    expect(await askNow(storage, "read", 0, 5, buffer)).toEqual(OK);
    expect(buffer.toString()).toBe("hello");
    expect(await askNow(storage, "flush")).toEqual(OK);
    expect((await askNow(storage, "write", 0, 5, buffer)).errno).toBe("EPERM");
    expect((await askNow(storage, "discard", 0, 5)).errno).toBe("EPERM");
    expect((await askNow(storage, "write-zeroes", 0, 5)).errno).toBe("EPERM");
    storage.close();
    expect(fs.readFileSync(path, "utf8")).toBe("hello");
  });
});

describe("refusing a file", () => {
  const unusable = "image-unusable";

  it("that is missing", () => {
    const path = newPath();
    const reason = "no such file: check the name, or have it made";
    expectRefusal(path, () => openFile(path), reason, unusable);
    expect(fs.existsSync(path)).toBe(false);
  });

  it("that exists although it was to be made, and leaves it alone", () => {
    const path = newPath();
    fs.writeFileSync(path, "hello");
    const reason =
      "exists already and is not overwritten: choose another name, or open it as it is";
    expectRefusal(path, () => openFile(path, { create: { length: 10 } }), reason, unusable);
    expect(fs.readFileSync(path, "utf8")).toBe("hello");
  });

  it("that is a directory, or below a file", () => {
    const path = newPath();
    fs.mkdirSync(path);
    const reason = "is a directory: name a regular file to use as an image";
    expectRefusal(path, () => openFile(path), reason, unusable);
    const file = newPath();
    fs.writeFileSync(file, "");
    const below = `${file}/image`;
    const misled = "leads through something that is no directory: check the name";
    expectRefusal(below, () => openFile(below), misled, unusable);
  });

  it("that is a device, a pipe or a socket, without waiting for a peer", async () => {
    const reason = "is a device, pipe or socket: name a regular file to use as an image";
    expectRefusal("/dev/null", () => openFile("/dev/null"), reason, unusable);
    const pipe = newPath();
    execFileSync("mkfifo", [pipe]);
    expectRefusal(pipe, () => openFile(pipe, { readOnly: true }), reason, unusable);
    const socket = newPath();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expectRefusal(socket, () => openFile(socket), reason, unusable);
    server.close();
  });

  it("that was exchanged for a pipe between looking and opening", () => {
    const path = newPath();
    fs.writeFileSync(path, "hello");
    const stats = fs.statSync(path);
    fs.unlinkSync(path);
    execFileSync("mkfifo", [path]);
    const look = vi.spyOn(fs, "statSync").mockReturnValueOnce(stats);
    const reason = "is a device, pipe or socket: name a regular file to use as an image";
    expectRefusal(path, () => openFile(path, { readOnly: true }), reason, unusable);
    look.mockRestore();
  });

  it("that may not be read or written, naming the remedy", () => {
    const path = newPath();
    fs.writeFileSync(path, "hello");
    // The tests may run as root, whom no permission stops: so the system's answer is put in.
    const cases: [string, string][] = [
      ["EACCES", "permission denied: change its permissions or its owner, or open it read-only"],
      ["EROFS", "is on a read-only file system: open it read-only, or copy it"],
      ["EMFILE", "too many files are open: close some, or raise the limit (ulimit -n)"],
      ["EUCLEAN", "cannot be used as an image (EUCLEAN): check the file"],
    ];
    for (const [code, reason] of cases) {
      const open = vi.spyOn(fs, "openSync").mockImplementationOnce(() => {
        throw Object.assign(new Error("refused"), { code });
      });
      expectRefusal(path, () => openFile(path), reason, unusable);
      open.mockRestore();
    }
  });

  it("that is too long for its file system, and leaves nothing behind", () => {
    const path = newPath();
    const truncate = vi.spyOn(fs, "ftruncateSync").mockImplementationOnce(() => {
      throw Object.assign(new Error("refused"), { code: "EFBIG" });
    });
    const reason = "too long for its file system: choose a shorter length or another place";
    expectRefusal(path, () => openFile(path, { create: { length: 9 } }), reason, unusable);
    expect(fs.existsSync(path)).toBe(false);
    truncate.mockRestore();
  });

  it("that cannot be made as the options say", () => {
    const path = newPath();
    const both = "cannot be made read-only: make it first, then open it again";
    const make = () => openFile(path, { create: { length: 9 }, readOnly: true });
    expectRefusal(path, make, both, "bad-argument");
    const length = "an image cannot have -1 bytes: give a whole number, 0 or more";
    expectRefusal(path, () => openFile(path, { create: { length: -1 } }), length, "bad-argument");
    expect(fs.existsSync(path)).toBe(false);
  });
});
