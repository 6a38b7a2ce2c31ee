/**
 * A model takes the lengths of the images that a folder holds.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { fleecing } from "../../models/fleecing.ts";
import { fitImages } from "../../src/cli/fit-images.ts";
import type { Model } from "../../src/system/model.ts";
import { modelContent } from "../../src/system/model-image.ts";
import { scratchFolder } from "./blockgraph.ts";

function lengths({ images }: Model): number[] {
  return images.map(({ length }) => length);
}

test("an empty folder, and one that does not exist, leave the model alone", () => {
  const folder = scratchFolder();
  expect(fitImages(fleecing, folder)).toEqual(fleecing);
  expect(fitImages(fleecing, join(folder, "none"))).toEqual(fleecing);
});

test("a cache that is missing becomes as long as the disk that is there", () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "disk.raw"), Buffer.alloc(70_001));
  expect(lengths(fitImages(fleecing, folder))).toEqual([70_001, 70_001]);
});

test("what is there keeps its length", () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "disk.raw"), Buffer.alloc(100));
  writeFileSync(join(folder, "cache.raw"), Buffer.alloc(200));
  expect(lengths(fitImages(fleecing, folder))).toEqual([100, 200]);
});

test("content that does not fit into a shorter image is cut, whatever it is made of", () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "cache.raw"), Buffer.alloc(100_001));
  const deflate = deflateRawSync(Buffer.alloc(65536, "abc")).toString("base64");
  const model: Model = {
    ...fleecing,
    images: [
      {
        filename: "disk.raw",
        length: 229376,
        content: [
          { offset: 0, length: 65536, fill: { seed: 1 } },
          { offset: 65536, length: 65536, fill: { deflate } },
          { offset: 131072, length: 65536, fill: { seed: 2 } },
        ],
      },
      { filename: "cache.raw", length: 229376, content: [] },
    ],
  };
  const [disk] = fitImages(model, folder).images;
  const [whole] = model.images;
  if (disk === undefined || whole === undefined) throw new Error("there is no disk");
  expect(modelContent(disk)).toEqual(modelContent(whole).subarray(0, 100_001));
});
