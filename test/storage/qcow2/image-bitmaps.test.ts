/**
 * Persistent bitmaps in a file: whatever is stored is found, and whenever the power goes, none can
 * be relied upon that says anything else.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkQcow2On } from "../../../src/storage/qcow2/check.ts";
import { createQcow2On } from "../../../src/storage/qcow2/create.ts";
import type { HostStep } from "../../../src/storage/qcow2/host-file.ts";
import type { KeptBitmap } from "../../../src/storage/qcow2/image-bitmaps.ts";
import { openQcow2On } from "../../../src/storage/qcow2/open.ts";
import { refusal } from "../../support/refusal.ts";
import { askNow } from "../ask.ts";
import { MemoryHost } from "./memory-host.ts";
import { crashed, dice } from "./power-cut.ts";

const SIZE = 100 * 1024;

const bitmap = (name: string) =>
  fc
    .record({ bits: fc.integer({ min: 9, max: 20 }), enabled: fc.boolean(), seed: fc.nat() })
    .map(({ bits, enabled, seed }): KeptBitmap => {
      const granularity = 2 ** bits;
      const roll = dice(seed);
      const length = Math.ceil(SIZE / granularity);
      const content = new Uint8Array(Math.ceil(length / 8));
      for (let bit = 0; bit < length; bit++) {
        if (roll() < 300) content[bit >> 3] = (content[bit >> 3] ?? 0) | (1 << (bit % 8));
      }
      return { name, granularity, enabled, bits: content };
    });

/** Some of four bitmaps, one of which has a long name. */
const kept = fc
  .subarray(["a", "b", "c".repeat(900), "d"])
  .chain((names) => fc.tuple(...names.map(bitmap)));

const clusterSizes = fc.constantFrom(512, 4096, 65_536);

function newImage(clusterSize: number): Buffer {
  const host = new MemoryHost();
  createQcow2On(host, "image", { size: SIZE, clusterSize });
  return host.content();
}

/** What can be relied upon. */
function reliableIn(host: MemoryHost): KeptBitmap[] {
  const { bitmaps } = openQcow2On(host, "image", { readOnly: true });
  return bitmaps.list
    .filter(({ inconsistent }) => !inconsistent)
    .map(({ name, granularity, enabled }) => {
      return { name, granularity, enabled, bits: Uint8Array.from(bitmaps.bits(name)) };
    });
}

const faults = (host: MemoryHost) => {
  const { corruptions, leaks } = checkQcow2On(host, "image");
  return { corruptions, leaks };
};

test("what is stored is found, and nothing is left of what was there before", () => {
  fc.assert(
    fc.property(clusterSizes, fc.array(kept, { maxLength: 4 }), (clusterSize, all) => {
      const host = new MemoryHost(newImage(clusterSize));
      for (const bitmaps of all) {
        const storage = openQcow2On(host, "image");
        storage.bitmaps.use();
        expect(reliableIn(host)).toEqual([]);
        storage.bitmaps.store(bitmaps);
        storage.close();
        expect(reliableIn(host)).toEqual(bitmaps);
        expect(faults(host)).toEqual({ corruptions: 0, leaks: 0 });
      }
    }),
  );
});

test("a crash leaves none that says anything else than before or after", async () => {
  const drawn = [clusterSizes, kept, kept, fc.nat()] as const;
  await fc.assert(
    fc.asyncProperty(...drawn, async (clusterSize, first, second, seed) => {
      const made = new MemoryHost(newImage(clusterSize));
      const making = openQcow2On(made, "image");
      making.bitmaps.store(first);
      making.close();
      const before = made.content();
      const host = new MemoryHost(before, true);
      const storage = openQcow2On(host, "image");
      storage.bitmaps.use();
      const inUse = host.steps?.length ?? 0;
      await askNow(storage, "write", 0, 4096, Buffer.alloc(4096, 1));
      for (const { name } of first.slice(0, 1)) storage.bitmaps.remove(name);
      await askNow(storage, "flush");
      storage.bitmaps.store(second);
      storage.close();
      const steps: readonly HostStep[] = host.steps ?? [];
      const roll = dice(seed);
      for (let at = 0; at <= steps.length; at++) {
        for (const keep of [() => true, () => false, () => roll() < 500]) {
          const after = crashed({ before, steps, allowed: [] }, at, keep);
          const reliable = reliableIn(after);
          const legal = at < inUse ? [first, []] : at === inUse ? [[]] : [[], second];
          expect(legal).toContainEqual(reliable);
          expect(faults(after).corruptions).toBe(0);
        }
      }
    }),
    { numRuns: 25 },
  );
});

test("a header without room for them is left as it is", () => {
  const host = new MemoryHost();
  const backing = { file: "b".repeat(360), format: "raw" };
  createQcow2On(host, "image", { size: SIZE, clusterSize: 512, backing });
  const storage = openQcow2On(host, "image");
  const bits = new Uint8Array(1);
  const store = () =>
    storage.bitmaps.store([{ name: "a", granularity: 65_536, enabled: true, bits }]);
  expect(refusal("image-unusable", store)).toMatch(/no room in its header for bitmaps/);
  storage.close();
  expect(openQcow2On(host, "image", { readOnly: true }).header.backing?.file).toBe(backing.file);
  expect(faults(host).corruptions).toBe(0);
});
