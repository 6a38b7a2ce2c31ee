/**
 * What is counted of an export's requests is what happened to them, each once, whenever one looks.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ExportRequest } from "../../src/nbd/export.ts";
import { Traffic } from "../../src/serve/traffic.ts";
import type { Errno } from "../../src/vocabulary.ts";
import { MemoryExport } from "../nbd/memory-export.ts";

const SIZE = 64;
const BYTES = Buffer.alloc(SIZE);

const requests = fc.array(
  fc.record({
    operation: fc.constantFrom("read", "write", "write-zeroes", "discard", "flush"),
    length: fc.integer({ min: 1, max: SIZE }),
    /** ms */
    took: fc.nat(250),
    errno: fc.constantFrom<Errno | null>(null, "EIO"),
    /** whether somebody looks afterwards */
    taken: fc.boolean(),
  }),
  { maxLength: 30 },
);

test("spans add up to what was done, and failures moved nothing", () => {
  fc.assert(
    fc.property(requests, (all) => {
      let now = 0;
      const traffic = new Traffic(() => now);
      const seen: ExportRequest[] = [];
      const submit = (request: ExportRequest) => seen.push(request);
      const counted = traffic.counting(new MemoryExport(SIZE, { submit }));
      const spans = [];
      const answers: (Errno | null)[] = [];
      for (const { operation, length, took, errno, taken } of all) {
        const buffer = BYTES.subarray(0, length);
        const done = (answer: Errno | null) => answers.push(answer);
        const flags = { stable: false, mayUnmap: true, fast: false };
        counted.submit({ operation, offset: 0, length, buffer, ...flags, done });
        now += took;
        const last = seen.at(-1);
        expect(last?.buffer).toBe(buffer);
        expect(last).toEqual({ operation, offset: 0, length, buffer, ...flags, done: last?.done });
        last?.done(errno);
        if (taken) spans.push(traffic.take());
      }
      spans.push(traffic.take());
      const moved = (...operations: readonly string[]) =>
        all
          .filter(({ operation, errno }) => errno === null && operations.includes(operation))
          .reduce((sum, { length }) => sum + length, 0);
      const whole = {
        read: moved("read"),
        written: moved("write", "write-zeroes"),
        slowest: Math.max(0, ...all.map(({ took }) => took)),
        stalls: all.filter(({ took }) => took > 100).length,
      };
      expect(traffic.total).toEqual(whole);
      expect(Math.max(...spans.map(({ slowest }) => slowest))).toBe(whole.slowest);
      for (const what of ["read", "written", "stalls"] as const) {
        expect(spans.reduce((sum, span) => sum + span[what], 0)).toBe(whole[what]);
      }
      expect(answers).toEqual(all.map(({ errno }) => errno));
    }),
  );
});
