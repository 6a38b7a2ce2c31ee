/** What the first record of a log says of images, as rules. */
import { expect, test } from "vitest";
import type { ImageRecord } from "../../src/log/record.ts";
import { loggedImages } from "../../src/system/logged-images.ts";

const plain = (filename: string, length: number): ImageRecord => ({
  ...{ filename, length, extents: [], digest: "0".repeat(16) },
});

test("of plain images only lengths are known, and no rule asks for more", () => {
  const images = [plain("a", 5), plain("b", 7)];
  const lengths = new Map([
    ["a", 5],
    ["b", 7],
  ]);
  expect(loggedImages(images)).toEqual({ images: lengths });
});

test("of one in a format its header is, and which clusters are its own", () => {
  const backing = { driver: "raw", filename: "b" } as const;
  const own = [{ offset: 4096, length: 8192 }];
  const format = {
    driver: "qcow2",
    "file-length": 99,
    "cluster-size": 4096,
    backing,
    own,
  } as const;
  const { images, facts, formats } = loggedImages([
    { ...plain("a", 65_536), format: { ...format, own: [...own] } },
    plain("b", 7),
  ]);
  expect(images.get("a")).toBe(65_536);
  expect(facts?.get("a")).toEqual({
    length: 99,
    header: { size: 65_536, clusterSize: 4096, backing },
  });
  expect(facts?.get("b")).toEqual({ length: 7, header: null });
  expect([...(formats?.keys() ?? [])]).toEqual(["a"]);
  expect([...(formats?.get("a")?.own() ?? [])]).toEqual(own);
});
