/**
 * Which files a run takes for images, and which it leaves alone.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closeImages, imagesInFolder } from "../../src/run/image-set.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const IMAGES = ["disk.raw", "cache.raw"].map((filename) => ({
  filename,
  length: 8192,
  content: [{ offset: 0, length: 4096, fill: { byte: 7 } }],
}));

describe("images in a folder", () => {
  test("are made where they are missing, in folders that are made as well", () =>
    inTemporaryFolder(async (folder) => {
      const inner = join(folder, "a", "b");
      closeImages(imagesInFolder(inner, IMAGES));
      const content = fs.readFileSync(join(inner, "disk.raw"));
      expect(content.length).toBe(8192);
      expect(content.subarray(0, 4096).every((byte) => byte === 7)).toBe(true);
    }));

  test.each([
    ["qcow2", Buffer.from([0x51, 0x46, 0x49, 0xfb])],
    ["VMDK", Buffer.from("KDMV")],
    ["LUKS", Buffer.from("LUKS\xba\xbe", "latin1")],
  ])("are not files that begin like %s, which would be destroyed", (format, magic) =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, "disk.raw");
      fs.writeFileSync(path, Buffer.concat([magic, Buffer.alloc(8192)]));
      const before = fs.readFileSync(path);
      expect(() => imagesInFolder(folder, IMAGES)).toThrow(`begins like a ${format} image`);
      expect(fs.readFileSync(path).equals(before)).toBe(true);
    }),
  );

  test("are in it, and never outside", () =>
    inTemporaryFolder(async (folder) => {
      for (const filename of ["../a.raw", "/a.raw", "", ".hidden", "a/b"]) {
        const image = { filename, length: 512, content: [] };
        expect(() => imagesInFolder(join(folder, "in"), [image])).toThrow(
          `'${filename}' is no plain file name`,
        );
      }
      expect(fs.readdirSync(folder)).toEqual(["in"]);
    }));

  test("are different files", () =>
    inTemporaryFolder(async (folder) => {
      fs.writeFileSync(join(folder, "disk.raw"), Buffer.alloc(8192));
      fs.linkSync(join(folder, "disk.raw"), join(folder, "cache.raw"));
      expect(() => imagesInFolder(folder, IMAGES)).toThrow("is the same file as");
    }));

  test("cannot be where the system lets nobody make folders", () => {
    expect(() => imagesInFolder("/proc/blockgraph", IMAGES)).toThrow(
      /\/proc\/blockgraph cannot be used as a folder for images/,
    );
  });
});
