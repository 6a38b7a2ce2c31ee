/**
 * Values survive as bytes: whoever sees a cluster can tell its value, and that it belongs there.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fleece } from "../../models/fleece.ts";
import { designOf } from "../../src/system/sketch.ts";
import {
  clusterBytes,
  requireDistinct,
  storeContent,
  valueOfBytes,
} from "../../src/system/sketch-bytes.ts";
import { refusal } from "../support/refusal.ts";

const design = { ...designOf(fleece, { clusters: 3 }), values: 256 };
const byte = fc.integer({ min: 0, max: 255 });

test("a cluster's bytes say its value, and only where it belongs", () => {
  fc.assert(
    fc.property(byte, byte, byte, (value, address, elsewhere) => {
      const found = valueOfBytes(design, clusterBytes(value, address), elsewhere);
      expect(found).toBe(address === elsewhere ? value : null);
    }),
    { numRuns: 40 },
  );
});

test("one wrong byte anywhere is no value", () => {
  fc.assert(
    fc.property(byte, fc.nat(65535), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
      const bytes = clusterBytes(value, 0);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      // A whole other value differs in every second byte, so one byte never makes one.
      expect(valueOfBytes(design, bytes, 0)).toBeNull();
    }),
    { numRuns: 20 },
  );
});

test("a store begins with its value at every address", () => {
  const [disk, cache] = design.stores.map((store) => storeContent(design, store));
  expect([...(cache?.subarray(2 * 65536, 2 * 65536 + 4) ?? [])]).toEqual([0x11, 2, 0x11, 2]);
  expect([...(disk?.subarray(65536, 65536 + 4) ?? [])]).toEqual([0, 1, 0, 1]);
  expect(disk).toHaveLength(3 * 65536);
});

test("more values than a byte has are refused", () => {
  const refused = () => requireDistinct({ ...design, values: 257 });
  expect(refusal("bad-argument", refused)).toContain("fleece has 257 values");
});
