/**
 * Random requests, with the image closed and opened in between and hardly any table kept in memory,
 * against an array of bytes. Afterwards no cluster is lost.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { explored } from "../../support/exploration.ts";
import { ask } from "../ask.ts";
import { contentIn } from "./content-of.ts";
import { MemoryHost } from "./memory-host.ts";

const SIZE = 1_200_000;

const step = fc.record({
  operation: fc.constantFrom(
    ...(["write", "write", "write", "discard", "write-zeroes", "read", "flush"] as const),
  ),
  offset: fc.nat(SIZE - 1),
  length: fc.oneof(fc.nat(3000), fc.nat(100_000), fc.nat(SIZE)),
  value: fc.integer({ min: 1, max: 255 }),
  after: fc.constantFrom("go on", "go on", "wait", "reopen"),
});

const image = fc.record({
  clusterSize: fc.constantFrom(512, 512, 1024, 4096, 65_536),
  refcountBits: fc.constantFrom(1, 16, 64),
  lazyRefcounts: fc.boolean(),
});

test("an image is the bytes that were written, whenever it is opened again", async () => {
  await fc.assert(
    fc.asyncProperty(image, fc.array(step, { maxLength: 30, size: "max" }), async (how, steps) => {
      const host = new MemoryHost();
      createQcow2On(host, "image", { size: SIZE, ...how });
      const content = Buffer.alloc(SIZE);
      let storage = openQcow2On(host, "image", { cacheTables: 4 });
      let under: Promise<unknown>[] = [];
      for (const { operation, offset, length, value, after } of steps) {
        const bytes = operation === "flush" ? 0 : Math.min(length, SIZE - offset);
        const start = operation === "flush" ? 0 : offset;
        const moves = operation === "read" || operation === "write";
        const buffer = moves ? Buffer.alloc(bytes, value) : null;
        const changes = operation !== "read" && operation !== "flush";
        if (changes) content.fill(operation === "write" ? value : 0, start, start + bytes);
        const expected = content.subarray(start, start + bytes);
        const then = Buffer.from(operation === "read" ? expected : []);
        under.push(
          ask(storage, operation, start, bytes, buffer).then(({ errno }) => {
            expect(errno).toBe(null);
            if (operation === "read") expect(buffer?.equals(then)).toBe(true);
          }),
        );
        storage.kick();
        if (after === "go on") continue;
        await Promise.all(under);
        under = [];
        if (after === "wait") continue;
        storage.close();
        expect(checkQcow2On(host, "image")).toEqual({ corruptions: 0, leaks: 0, findings: [] });
        storage = openQcow2On(host, "image", { cacheTables: 4 });
      }
      await Promise.all(under);
      storage.close();
      expect(checkQcow2On(host, "image")).toEqual({ corruptions: 0, leaks: 0, findings: [] });
      expect(contentIn(host).equals(content)).toBe(true);
    }),
    explored(60),
  );
});
