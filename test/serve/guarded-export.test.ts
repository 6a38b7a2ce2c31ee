/**
 * Whatever a guest does to the first bytes of a disk that was taken for raw, it looks raw
 * afterwards; and all else that it does is done.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExportRequest } from "../../src/nbd/export.ts";
import { guardedExport } from "../../src/serve/guarded-export.ts";
import { formatIn } from "../../src/storage/image-format.ts";
import { MemoryExport } from "../nbd/memory-export.ts";

const SIZE = 2048;
const MAGICS = ["QFI\u00fb", "KDMV", "QED\0", "LUKS", "vhdxfile"];

/** Pieces of headers, so that some sequence makes a whole one. */
const piece = fc.constantFrom(...MAGICS).chain((magic) =>
  fc.tuple(fc.nat(magic.length - 1), fc.nat(magic.length)).map(([from, to]) => ({
    offset: from,
    bytes: Buffer.from(magic.slice(from, Math.max(from + 1, to)), "latin1"),
  })),
);
const step = fc.oneof(
  { weight: 4, arbitrary: piece.map((each) => ({ operation: "write" as const, ...each })) },
  fc.record({
    operation: fc.constantFrom("write-zeroes" as const, "discard" as const, "write" as const),
    offset: fc.nat(600),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
  }),
);

test("it never begins like an image, and other writes are done", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const own = new MemoryExport(SIZE);
      const refusals: string[] = [];
      const offered = { ...own, submit: own.submit.bind(own), status: own.status.bind(own) };
      const guarded = guardedExport(offered, Buffer.alloc(512), (format) => refusals.push(format));
      const expected = Buffer.alloc(SIZE);
      for (const { operation, offset, bytes } of steps) {
        const next = Buffer.from(expected);
        if (operation === "write") bytes.copy(next, offset);
        else next.fill(0, offset, offset + bytes.length);
        const isAllowed = formatIn(next.subarray(0, 512)) === null;
        const errno = await new Promise((done) => {
          const request: ExportRequest = {
            ...{ operation, offset, length: bytes.length, done },
            buffer: operation === "write" ? bytes : null,
            ...{ stable: false, fast: false, mayUnmap: false },
          };
          guarded.submit(request);
        });
        expect(errno).toBe(isAllowed ? null : "EPERM");
        if (isAllowed) next.copy(expected);
        expect(Buffer.from(own.image.copy()).equals(expected)).toBe(true);
        expect(formatIn(Buffer.from(own.image.copy().subarray(0, 512)))).toBeNull();
      }
    }),
    { numRuns: 2000 },
  );
});
