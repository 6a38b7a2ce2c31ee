/**
 * What a power failure leaves of an image: compared with a plain copy that is taken at every flush.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StableImage } from "../../src/system/stable-image.ts";

const LENGTH = 3 * 4096 + 100;

describe("what is stable", () => {
  test("is what was there before, until a flush", () => {
    const stable = new StableImage(new Uint8Array(8192).fill(1));
    stable.changed(4095, 2, new Uint8Array([2, 3]));
    expect([...stable.content.subarray(4094, 4098)]).toEqual([1, 1, 1, 1]);
    stable.flushed();
    expect([...stable.content.subarray(4094, 4098)]).toEqual([1, 2, 3, 1]);
    stable.changed(4095, 1, null);
    expect(stable.content[4095]).toBe(2);
    stable.flushed();
    expect(stable.content[4095]).toBe(0);
  });

  test("includes what was settled, whatever comes after it", () => {
    const stable = new StableImage(new Uint8Array(8192));
    stable.changed(10, 2, new Uint8Array([7, 7]));
    stable.settle(11, new Uint8Array([8, 8]));
    expect([...stable.content.subarray(9, 14)]).toEqual([0, 0, 8, 8, 0]);
    stable.flushed();
    expect([...stable.content.subarray(9, 14)]).toEqual([0, 7, 8, 8, 0]);
  });

  test("is the image as of the last flush, for random changes", () => {
    const change = fc.record({
      offset: fc.nat(LENGTH - 1),
      length: fc.integer({ min: 1, max: LENGTH }),
      byte: fc.nat(255),
      flush: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const image = new Uint8Array(LENGTH).fill(9);
        const stable = new StableImage(new Uint8Array(image));
        let flushed = new Uint8Array(image);
        for (const { offset, length, byte, flush } of changes) {
          const size = Math.min(length, LENGTH - offset);
          image.fill(byte, offset, offset + size);
          stable.changed(offset, size, byte === 0 ? null : new Uint8Array(size).fill(byte));
          if (flush) {
            stable.flushed();
            flushed = new Uint8Array(image);
          }
          expect(Buffer.compare(stable.content, flushed)).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });
});
