/**
 * Locks on images: who takes them keeps others out, ours and QEMU's.
 */
import fs from "node:fs";
import { expect, test } from "vitest";
import { FileLock } from "../../src/storage/file-lock.ts";
import { scratch } from "./scratch.ts";

const newPath = scratch();
const WRITE = 2;

function newFile(): string {
  const path = newPath();
  fs.writeFileSync(path, Buffer.alloc(512));
  return path;
}

test("what one holds others see, and it does not see itself", () => {
  const path = newFile();
  const [one, other] = [new FileLock(path), new FileLock(path)];
  one.hold({ required: WRITE | 1, refused: WRITE });
  expect(other.others()).toEqual({ required: WRITE | 1, refused: WRITE });
  expect(one.others()).toEqual({ required: 0, refused: 0 });
  expect(one.held).toEqual({ required: WRITE | 1, refused: WRITE });
  other.hold({ required: 1, refused: 0 });
  expect(one.others()).toEqual({ required: 1, refused: 0 });
  one.close();
  other.close();
});

test("what is let go is gone, and so is what was held by who has closed", () => {
  const path = newFile();
  const [one, other] = [new FileLock(path), new FileLock(path)];
  one.hold({ required: WRITE | 8, refused: 15 });
  one.hold({ required: 8, refused: 0 });
  expect(other.others()).toEqual({ required: 8, refused: 0 });
  one.close();
  expect(other.others()).toEqual({ required: 0, refused: 0 });
  other.close();
});

test("another open file of the same process that is closed takes no locks with it", () => {
  const path = newFile();
  const [one, other] = [new FileLock(path), new FileLock(path)];
  one.hold({ required: WRITE, refused: WRITE });
  fs.closeSync(fs.openSync(path, "r+"));
  expect(other.others()).toEqual({ required: WRITE, refused: WRITE });
  one.close();
  other.close();
});

test("a file that is not there cannot be locked", () => {
  expect(() => new FileLock(newPath())).toThrow("no such file");
});
