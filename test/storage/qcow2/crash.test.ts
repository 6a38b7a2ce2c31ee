/**
 * A crash at any moment leaves an image whose only faults are clusters that nobody uses, and a disk
 * on which every byte is one that it may have: what a flush has made stable is there.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CreateQcow2Options, createQcow2On } from "../../../src/storage/qcow2/create.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { explored } from "../../support/exploration.ts";
import { askNow } from "../ask.ts";
import { MemoryHost } from "./memory-host.ts";
import { crashed, dice, faultsAfter, programsFor, record } from "./power-cut.ts";

const SIZE = 60_000;
const programs = programsFor(SIZE);

const images: fc.Arbitrary<CreateQcow2Options> = fc.record({
  size: fc.constant(SIZE),
  clusterSize: fc.constantFrom(512, 512, 1024, 4096),
  refcountBits: fc.constantFrom(16, 16, 64),
});

function newImage(options: CreateQcow2Options): Buffer {
  const host = new MemoryHost();
  createQcow2On(host, "image", options);
  return host.content();
}

const isEven = (index: number) => index % 2 === 0;

describe("a crash", () => {
  test("leaves leaks at most, whatever was written of what was not stable", async () => {
    await fc.assert(
      fc.asyncProperty(images, programs, fc.nat(), async (image, program, seed) => {
        const recording = await record(newImage(image), program);
        const roll = dice(seed);
        for (let at = 0; at <= recording.steps.length; at++) {
          const odds = roll();
          const some = () => roll() < odds;
          for (const keep of [() => true, () => false, some, some]) {
            expect(faultsAfter(recording, at, crashed(recording, at, keep))).toEqual([]);
          }
        }
      }),
      explored(12),
    );
  });

  test("while an image is used again and again leaves one that can be used again", async () => {
    await fc.assert(
      fc.asyncProperty(images, fc.array(programs, { maxLength: 3 }), fc.nat(), async (...drawn) => {
        const [image, runs, seed] = drawn;
        const roll = dice(seed);
        let file = newImage(image);
        for (const program of runs) {
          const recording = await record(file, program);
          const at = Math.floor((recording.steps.length * roll()) / 1000);
          const after = crashed(recording, at, () => roll() < 500);
          expect(faultsAfter(recording, at, after)).toEqual([]);
          // The next run begins with a disk of zeros.
          const storage = openQcow2On(after, "image");
          await askNow(storage, "discard", 0, SIZE);
          storage.close();
          file = after.content();
        }
      }),
      explored(20),
    );
  });

  test("while the refcount table moves leaves leaks at most", async () => {
    // A table of one cluster counts 4096 clusters of 512 bytes, with 64 bits for each.
    const host = new MemoryHost();
    const size = 2 * 1024 * 1024;
    createQcow2On(host, "image", { size, clusterSize: 512, refcountBits: 64 });
    const storage = openQcow2On(host, "image");
    await askNow(storage, "write", 0, 3950 * 512, Buffer.alloc(3950 * 512, 31));
    storage.close();
    const recording = await record(host.content(), [
      { operation: "write", offset: 3950 * 512, length: 100 * 512, wait: true },
      { operation: "flush", offset: 0, length: 0, wait: true },
    ]);
    const moves = recording.steps.some((step) => step.kind === "write" && step.offset === 48);
    expect(moves).toBe(true);
    for (let at = 0; at <= recording.steps.length; at++) {
      for (const keep of [() => false, isEven]) {
        expect(faultsAfter(recording, at, crashed(recording, at, keep))).toEqual([]);
      }
    }
  });
});
