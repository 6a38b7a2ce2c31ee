/**
 * The contract of every storage, kept by files: with holes, without, and where system calls move
 * less than they were asked to.
 */
import fs from "node:fs";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { openFile } from "../../src/storage/file.ts";
import { loadLibc } from "../../src/storage/libc.ts";
import { storageContract } from "./contract.ts";
import { intercept } from "./intercept.ts";
import { scratch } from "./scratch.ts";

const newPath = scratch();
const withLibc = { holes: loadLibc() !== null };

function makeFile(length: number, holes: boolean) {
  const path = newPath();
  return {
    storage: openFile(path, { create: { length }, holes }),
    bytes: () => fs.readFileSync(path),
  };
}

describe("a file with the C library", () => {
  storageContract((length) => makeFile(length, true), withLibc);
});

describe("a file without the C library", () => {
  storageContract((length) => makeFile(length, false), { holes: false });
});

describe("a file whose calls move less than asked", () => {
  beforeAll(() => {
    let call = 0;
    // Half of the calls are cut; none is cut to nothing, which would mean the end of the file.
    const judge = (_: number, length: number) =>
      call++ % 2 === 0 ? length : 1 + ((call * 7919) % length);
    for (const name of ["read", "readv", "write", "writev"] as const) intercept(name, judge);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
  describe("with the C library", () => {
    storageContract((length) => makeFile(length, true), withLibc);
  });
  describe("without the C library", () => {
    storageContract((length) => makeFile(length, false), { holes: false });
  });
});
