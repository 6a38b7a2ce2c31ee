/**
 * Many searches one after the other in one process, as `blockgraph mutants` makes them, need no
 * more memory than a few: what is left of one is noticed by the garbage collector.
 */
import { expect, test } from "vitest";
import type { Kernel } from "../../../src/check/kernel.ts";
import { startSearch } from "../../../src/check/search/search.ts";

const MIB = 2 ** 20;
/** Bytes that a search may use, and that it does use, at least. */
const [RESERVED, USED] = [64 * MIB, 2 * MIB];
const SEARCHES = 120;

/** A tree of 2^15 states of four words. */
const kernel: Kernel = {
  words: 4,
  bits: 128,
  source: `
    function successors(w0, w1, w2, w3) {
      if (w0 >= 2 ** 14) return 0;
      emit(2 * w0, w1, w2, w3);
      emit(2 * w0 + 1, w1, w2, w3);
      return 2;
    }
    function isFinal() { return true; }`,
  inspects: false,
  initial: [1, 2, 3, 4],
  properties: [],
  coverage: 0,
  failures: [],
};

test("the memory of a search that is over is free for the next ones", async () => {
  const before = process.memoryUsage().rss;
  for (let number = 0; number < SEARCHES; number++) {
    const search = startSearch(kernel, { threads: 1, memory: RESERVED });
    while (await search.advance());
    expect(search.result().peakBytes).toBeGreaterThan(USED);
    await search.close();
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(0.75 * SEARCHES * USED);
});
