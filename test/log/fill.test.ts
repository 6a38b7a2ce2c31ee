/** Fills: what the short forms stand for, and that damaged ones are refused. */
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandFill } from "../../src/log/fill.ts";

const deflated = (bytes: Uint8Array) => ({ deflate: deflateRawSync(bytes).toString("base64") });

test("one byte is repeated", () => {
  expect(expandFill({ byte: 7 }, 3)).toEqual(Uint8Array.of(7, 7, 7));
  expect(expandFill({ byte: 7 }, 0)).toEqual(new Uint8Array(0));
});

test("the stream of a seed never changes: old logs must replay", () => {
  expect(Buffer.from(expandFill({ seed: 0 }, 11)).toString("hex")).toBe("325062649c79c0d9102e36");
  expect(Buffer.from(expandFill({ seed: 1 }, 8)).toString("hex")).toBe("cce63af5078a3ba6");
  expect(Buffer.from(expandFill({ seed: 0xffff_ffff }, 8)).toString("hex")).toBe(
    "2c898f9b7a5c2f51",
  );
});

test("a short stream is a prefix of a longer one, and no sector comes twice", () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.nat(4096), fc.nat(4096), (seed, one, other) => {
      const [short, long] = one < other ? [one, other] : [other, one];
      const prefix = expandFill({ seed }, long).subarray(0, short);
      expect(expandFill({ seed }, short)).toEqual(new Uint8Array(prefix));
    }),
  );
  const sectors = [0, 1, 2, 3].flatMap((seed) => {
    const bytes = Buffer.from(expandFill({ seed }, 64 * 512));
    return Array.from({ length: 64 }, (_, at) => bytes.toString("hex", at * 512, at * 512 + 512));
  });
  expect(new Set(sectors).size).toBe(sectors.length);
});

test("deflated bytes come back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(new Uint8Array(expandFill(deflated(bytes), bytes.length))).toEqual(bytes);
    }),
  );
});

test("deflated data of another length, or damaged, is a broken log", () => {
  const fill = deflated(Uint8Array.of(1, 2, 3));
  expect(() => expandFill(fill, 4)).toThrow(
    "the deflated data of a 4-byte range holds 3 bytes; restore the log from an undamaged copy",
  );
  const damaged = "is damaged or too long; restore the log from an undamaged copy";
  expect(() => expandFill(fill, 2)).toThrow(`the deflated data of a 2-byte range ${damaged}`);
  expect(() => expandFill(fill, 0)).toThrow("of a 0-byte range");
  expect(() => expandFill({ deflate: "/////w==" }, 3)).toThrow(damaged);
  expect(() => expandFill(fill, 4)).toThrow(expect.objectContaining({ code: "log-broken" }));
});

test("a deflate bomb is not unpacked", () => {
  const bomb = deflated(new Uint8Array(64 << 20));
  const before = process.memoryUsage().arrayBuffers;
  expect(() => expandFill(bomb, 512)).toThrow("is damaged or too long");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
});
