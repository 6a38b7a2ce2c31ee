/**
 * One image, changed by us and by qemu-io in turn, at random: after every turn it is clean, and
 * holds what an array of bytes holds. `EXPLORE=50` makes it 5,000 operations.
 */
import * as fc from "fast-check";
import { expect } from "vitest";
import { checkQcow2 } from "../../src/storage/qcow2/check.ts";
import type { Qcow2Storage } from "../../src/storage/qcow2/open.ts";
import { ask } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { explored } from "../support/exploration.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";
import {
  checkByQemu,
  contentByQemu,
  contentByUs,
  createByQemu,
  ioByQemu,
  withImage,
} from "./qcow2-tools.ts";

const { test } = needsTool("qemu-img", "qemu-io");

const SIZE = 3 * 1024 * 1024 + 512;
const newPath = scratch();

interface Change {
  readonly operation: "write" | "write-zeroes" | "discard";
  readonly offset: number;
  readonly length: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc
  .record({
    operation: fc.constantFrom("write", "write", "write-zeroes", "discard"),
    unit: fc.constantFrom(1, 512, 4096, 65_536),
    at: fc.nat(SIZE),
    count: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: SIZE })),
    value: fc.integer({ min: 1, max: 255 }),
  })
  .map(({ operation, unit, at, count, value }) => {
    const offset = Math.floor((at % SIZE) / unit) * unit;
    return { operation, offset, length: Math.min(SIZE - offset, count * unit), value };
  });

const turn = fc.record({
  by: fc.constantFrom("us", "qemu"),
  changes: fc.array(change, { minLength: 1, maxLength: 8, size: "max" }),
  snapshot: fc.constantFrom(true, false, false, false, false),
});

const image = fc.record({
  cluster_size: fc.constantFrom("512", "4k", "64k", "2M"),
  compat: fc.constantFrom("1.1", "1.1", "0.10"),
});

/** All at once: what has a byte in common takes effect in this order. */
async function applyByUs(storage: Qcow2Storage, changes: readonly Change[]): Promise<void> {
  const outcomes = changes.map(({ operation, offset, length, value }) => {
    const buffer = operation === "write" ? Buffer.alloc(length, value) : null;
    return ask(storage, operation, offset, length, buffer);
  });
  storage.kick();
  for (const { errno } of await Promise.all(outcomes)) {
    if (errno !== null) throw new Error(`${errno}: ${storage.damage}`);
  }
}

function applyByQemu(path: string, changes: readonly Change[]): void {
  ioByQemu(
    path,
    changes.map(({ operation, offset, length, value }) => {
      // QEMU discards whole clusters only, and says so in no other way.
      const verb = operation === "write" ? `write -P ${value}` : "write -z -u";
      return `${verb} ${offset} ${length}`;
    }),
  );
}

test("an image stays clean and the same in both hands", async () => {
  await fc.assert(
    fc.asyncProperty(image, fc.array(turn, { maxLength: 8 }), async (options, turns) => {
      const path = newPath();
      const content = Buffer.alloc(SIZE);
      const snapshots = new Map<string, Buffer>();
      createByQemu(path, SIZE, ...Object.entries(options).map((option) => option.join("=")));
      for (const { by, changes, snapshot } of turns) {
        if (by === "us") await withImage(path, (storage) => applyByUs(storage, changes));
        else applyByQemu(path, changes);
        for (const { operation, offset, length, value } of changes) {
          content.fill(operation === "write" ? value : 0, offset, offset + length);
        }
        expect(checkByQemu(path)).toEqual({ corruptions: 0, leaks: 0 });
        expect(checkQcow2(path)).toEqual({ corruptions: 0, leaks: 0, findings: [] });
        const read = by === "us" ? contentByQemu(path) : await contentByUs(path);
        expect(Buffer.compare(read, content)).toBe(0);
        if (!snapshot) continue;
        const name = `s${snapshots.size}`;
        runTool("qemu-img", "snapshot", "-c", name, path);
        snapshots.set(name, Buffer.from(content));
      }
      for (const [name, then] of snapshots) {
        expect(Buffer.compare(contentByQemu(path, name), then)).toBe(0);
      }
    }),
    explored(6),
  );
});
