/** Whole images: describing and expanding are inverse, short, and bounded in memory. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasher } from "../../src/log/chain.ts";
import { expandFill } from "../../src/log/fill.ts";
import { describeImage, describeSlowImage, expandImage } from "../../src/log/image.ts";
import { type ImageRecord, imageSchema } from "../../src/log/record.ts";

const BLOCK = 64 * 1024;

/** Stretches of one byte or of a stream, any number of bytes long: blocks of every sort. */
const stretch = fc.record({
  fill: fc.oneof(
    fc.record({ byte: fc.constantFrom(0, 0, 1, 255) }),
    fc.record({ seed: fc.nat(9) }),
  ),
  length: fc.oneof(fc.constantFrom(BLOCK, 2 * BLOCK), fc.integer({ min: 1, max: 2 * BLOCK })),
});
const contentArbitrary = fc
  .array(stretch, { maxLength: 6 })
  .map((parts) => Buffer.concat(parts.map(({ fill, length }) => expandFill(fill, length))));

function expanded(image: ImageRecord): Uint8Array {
  const bytes = new Uint8Array(image.length);
  expandImage(image, (offset, piece) => bytes.set(piece, offset));
  return bytes;
}

test("describe, then expand: the same bytes, in a record that fits the schema", () => {
  fc.assert(
    fc.property(contentArbitrary, (content) => {
      const image = describeImage("a.img", content);
      expect(imageSchema.parse(JSON.parse(JSON.stringify(image)))).toEqual(image);
      expect(Buffer.compare(expanded(image), content)).toBe(0);
      expect(image.digest).toBe(hasher.digest(content));
    }),
    { numRuns: 60 },
  );
});

test("extents never touch one that they could have been joined to, and none is of zeros", () => {
  fc.assert(
    fc.property(contentArbitrary, (content) => {
      const extents = describeImage("a.img", content).extents ?? [];
      for (const [at, { offset, fill }] of extents.entries()) {
        expect(fill).not.toEqual({ byte: 0 });
        const before = extents[at - 1];
        if (before === undefined || before.offset + before.length < offset) continue;
        const sameKind = "byte" in fill ? fill : { deflate: expect.anything() };
        expect(before.fill).not.toEqual(sameKind);
      }
    }),
    { numRuns: 60 },
  );
});

test("zeros are left out, runs and mixtures are joined", () => {
  const content = new Uint8Array(7 * BLOCK + 5);
  content.fill(9, BLOCK, 3 * BLOCK);
  content.set([1, 2, 3], 4 * BLOCK);
  content.set([1, 2, 3], 6 * BLOCK - 3);
  content.fill(9, 7 * BLOCK);
  expect(describeImage("a.img", content).extents).toEqual([
    { offset: BLOCK, length: 2 * BLOCK, fill: { byte: 9 } },
    { offset: 4 * BLOCK, length: 2 * BLOCK, fill: { deflate: expect.any(String) } },
    { offset: 7 * BLOCK, length: 5, fill: { byte: 9 } },
  ]);
});

test("runs of one byte with zeros between them stay apart", () => {
  const content = new Uint8Array(3 * BLOCK).fill(9);
  content.fill(0, BLOCK, 2 * BLOCK);
  expect(describeImage("a.img", content).extents).toEqual([
    { offset: 0, length: BLOCK, fill: { byte: 9 } },
    { offset: 2 * BLOCK, length: BLOCK, fill: { byte: 9 } },
  ]);
});

test("an image may be read piece by piece, each byte once and in order", () => {
  const content = Buffer.concat([expandFill({ seed: 1 }, BLOCK + 1), new Uint8Array(BLOCK)]);
  const asked: number[] = [];
  const read = (offset: number, into: Uint8Array) => {
    asked.push(offset, into.length);
    into.set(content.subarray(offset, offset + into.length));
  };
  const image = describeImage("a.img", { length: content.length, read });
  expect(image).toEqual(describeImage("a.img", content));
  expect(asked).toEqual([0, BLOCK, BLOCK, BLOCK, 2 * BLOCK, 1]);
});

test("one that takes its time is described in the same words", async () => {
  for (const length of [0, 1, BLOCK, 16 * BLOCK, 16 * BLOCK + 1, 33 * BLOCK + 7]) {
    const content = expandFill({ seed: length }, length);
    content.fill(0, BLOCK, 5 * BLOCK);
    const read = async (offset: number, into: Uint8Array) => {
      expect(into.length).toBeLessThanOrEqual(16 * BLOCK);
      into.set(content.subarray(offset, offset + into.length));
    };
    expect(await describeSlowImage("a.img", { length, read })).toEqual(
      describeImage("a.img", content),
    );
  }
});

test("4 GiB of zeros and one byte take one extent", () => {
  const length = 4 * 1024 ** 3;
  const read = (offset: number, into: Uint8Array) => {
    if (offset + into.length === length) into[into.length - 1] = 1;
  };
  const image = describeImage("large.img", { length, read });
  expect(image.extents).toHaveLength(1);
  expect(image.extents?.[0]).toMatchObject({ offset: length - BLOCK, length: BLOCK });
});

test("an image that does not shrink to 16 MiB is not carried, and says what to bring", () => {
  const content = expandFill({ seed: 1 }, (16 << 20) + BLOCK);
  const image = describeImage("a.img", content);
  expect(image).toEqual({
    filename: "a.img",
    length: content.length,
    extents: null,
    digest: hasher.digest(content),
  });
  expect(() => expanded(image)).toThrow(
    "image a.img was too large to be carried in the log; " +
      `replay with a copy of it whose XXH64 is ${image.digest}`,
  );
  expect(() => expanded(image)).toThrow(expect.objectContaining({ code: "log-mismatch" }));
});

test("an image that just shrinks to 16 MiB is carried, in pieces of bounded length", () => {
  const content = expandFill({ seed: 1 }, 24 << 20);
  content.fill(1, 0, 9 << 20);
  content[0] = 2;
  const image = describeImage("a.img", content);
  expect(image.extents?.map(({ length }) => length)).toEqual([
    BLOCK,
    9 * 2 ** 20 - BLOCK,
    15 << 20,
  ]);
  const repeated = { ...image, length: 40 << 20, extents: [] as ImageRecord["extents"] };
  repeated.extents = [{ offset: 0, length: 40 << 20, fill: { byte: 1 } }];
  const pieces: number[] = [];
  expandImage(repeated, (_, piece) => pieces.push(piece.length));
  expect(pieces).toEqual([16 << 20, 16 << 20, 8 << 20]);
});

test("extents that overlap or leave the image are a broken log", () => {
  const image = describeImage("a.img", new Uint8Array(100));
  const fill = { byte: 1 };
  const overlapping = [
    { offset: 0, length: 10, fill },
    { offset: 9, length: 1, fill },
  ];
  expect(() => expanded({ ...image, extents: overlapping })).toThrow(
    "image a.img: the extent at byte 9, 1 bytes long, overlaps another or ends after byte 100; " +
      "restore the log from an undamaged copy",
  );
  const outside = [{ offset: 99, length: 2, fill }];
  expect(() => expanded({ ...image, extents: outside })).toThrow("the extent at byte 99, 2 bytes");
});
