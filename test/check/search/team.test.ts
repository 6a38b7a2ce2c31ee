/**
 * Worker threads of a search: they end when they are told to, and one that fails is one clear line.
 */
import { describe, expect, test } from "vitest";
import type { Kernel } from "../../../src/check/kernel.ts";
import { type Search, startSearch } from "../../../src/check/search/search.ts";
import { yardstickKernel } from "./yardstick.ts";

/** bytes: a search reserves what it may use */
const MEMORY = 2 ** 28;

/** States from which on threads take over, and a few more. */
const TAKEN_OVER = 2 ** 17 + 2 ** 16;

async function untilTakenOver(search: Search): Promise<void> {
  while (search.progress().states < TAKEN_OVER) expect(await search.advance()).toBe(true);
}

describe("a search that is stopped while threads work on it", () => {
  const kernel = yardstickKernel({ clusters: 4, guests: 4, readers: 2, values: 2 });

  test.each([2, 3])("ends soon and whole with %d of them", async (threads) => {
    const search = startSearch(kernel, { threads, memory: MEMORY });
    await untilTakenOver(search);
    search.stop("interrupted");
    while (await search.advance());
    const result = search.result();
    await search.close();
    expect(result).toMatchObject({ complete: false, stopped: "interrupted", found: [] });
    expect(result.states).toBeLessThan(19_134_568);
    expect(result.levels.reduce((sum, level) => sum + level, 0)).toBe(result.states);
    // It remains over, whoever asks.
    expect(await search.advance()).toBe(false);
  });

  test("may be closed before it is over", async () => {
    const search = startSearch(kernel, { threads: 2, memory: MEMORY });
    await untilTakenOver(search);
    await search.close();
  });
});

describe("a thread that fails", () => {
  /** A binary tree of numbers, in which something happens at a late one. */
  const tree = (fault: string): Kernel => ({
    ...{ words: 1, bits: 32, inspects: false, initial: [0], properties: [], coverage: 0 },
    failures: [],
    source: `function successors(w0) { if (w0 === 500000) { ${fault} }
        emit(2 * w0 + 1); emit(2 * w0 + 2); return 2; }
      function isFinal() { return true; }`,
  });

  test.each<[string, RegExp]>([
    [`throw new TypeError("nothing there");`, /^a thread .* ended: nothing there; try --threads 1/],
    ["process.exit(7);", /^a thread of the search ended: it left with status 7; try --threads 1/],
  ])("by %s", async (fault, line) => {
    const search = startSearch(tree(fault), { threads: 2, memory: MEMORY });
    const failing = async () => {
      while (await search.advance());
    };
    await expect(failing()).rejects.toMatchObject({
      code: "worker-failed",
      message: expect.stringMatching(line),
    });
    await search.close();
  });

  test("for want of memory says that, and not that it is a defect", async () => {
    const fault = `throw Object.assign(new Error("it is full; allow more memory"),
      { code: "memory-exhausted" });`;
    const search = startSearch(tree(fault), { threads: 2, memory: MEMORY });
    const failing = async () => {
      while (await search.advance());
    };
    await expect(failing()).rejects.toMatchObject({
      code: "memory-exhausted",
      message: "it is full; allow more memory",
    });
    await search.close();
  });
});
