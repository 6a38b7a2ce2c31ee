/**
 * The search finds every state once, by a shortest path, whatever the number of threads and words,
 * and ends as it is told to.
 */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import type { Kernel } from "../../../src/check/kernel.ts";
import {
  type SearchOptions,
  type SearchResult,
  startSearch,
} from "../../../src/check/search/search.ts";
import { type Yardstick, yardstickKernel } from "./yardstick.ts";

/** bytes: a search reserves what it may use */
const MEMORY = 2 ** 28;

async function search(kernel: Kernel, options: Partial<SearchOptions> = {}): Promise<SearchResult> {
  const started = startSearch(kernel, { threads: 1, memory: MEMORY, ...options });
  try {
    while (await started.advance());
    return started.result();
  } finally {
    await started.close();
  }
}

const model = (
  clusters: number,
  guests: number,
  readers: number,
  more: object = {},
): Yardstick => ({
  ...{ clusters, guests, readers, values: 2 },
  ...more,
});

/** A kernel of one word, from the text of its functions. */
function small(source: string, more: Partial<Kernel> = {}): Kernel {
  return {
    ...{ words: 1, bits: 32, source, inspects: false, initial: [0] },
    ...{ properties: [], coverage: 0, failures: [], ...more },
  };
}

/** Whether each state of a path is a successor of the one before. */
function connected(kernel: Kernel, path: readonly (readonly number[])[]): boolean {
  const run = instantiate(kernel);
  return path.every((state, index) => {
    const before = path[index - 1] ?? null;
    if (before === null) return `${state}` === `${kernel.initial}`;
    return run.successors(before).successors.some((next) => `${next}` === `${state}`);
  });
}

/** States on every level, found the plain way. */
function plainLevels(kernel: Kernel): number[] {
  const run = instantiate(kernel);
  const known = new Set([`${kernel.initial}`]);
  const levels: number[] = [];
  let level: (readonly number[])[] = [kernel.initial];
  while (level.length > 0) {
    levels.push(level.length);
    const next: (readonly number[])[] = [];
    for (const successor of level.flatMap((state) => run.successors(state).successors)) {
      if (known.has(`${successor}`)) continue;
      known.add(`${successor}`);
      next.push(successor);
    }
    level = next;
  }
  return levels;
}

describe("the yardstick", () => {
  test.each([
    [model(2, 1, 1), 100, 240, 14],
    [model(2, 2, 2), 2482, 11640, 18],
    [model(3, 2, 2), 18140, 93264, 23],
    [model(4, 2, 2), 95648, 518080, 28],
    [model(3, 3, 2), 196766, 1230336, 26],
  ])("%o", async (yardstick, states, transitions, depth) => {
    const result = await search(yardstickKernel(yardstick));
    expect(result).toMatchObject({ complete: true, stopped: null, states, transitions, depth });
    expect(result.levels.reduce((sum, level) => sum + level, 0)).toBe(states);
    expect(result.found).toEqual([]);
  });

  test.each([model(2, 2, 2), model(3, 2, 2), model(4, 2, 2)])(
    "finds on every level of %o what a plain search finds",
    async (yardstick) => {
      const kernel = yardstickKernel(yardstick);
      expect((await search(kernel)).levels).toEqual(plainLevels(kernel));
    },
  );

  test.each([3, 6, 7])("counts the same in %d words", async (words) => {
    const result = await search(yardstickKernel(model(3, 3, 2, { words })));
    expect(result).toMatchObject({ complete: true, states: 196766, transitions: 1230336 });
  });

  test("loses and repeats nothing when threads take over in the middle of a level", async () => {
    const result = await search(yardstickKernel(model(4, 3, 2)), { threads: 2 });
    expect(result).toMatchObject({ complete: true, states: 1377392, transitions: 9029536 });
    expect(result.depth).toBe(31);
  });

  test.each([2, 3])("gives the same result in every detail with %d threads", async (threads) => {
    const kernel = yardstickKernel(model(3, 3, 2));
    const [one, several] = [await search(kernel), await search(kernel, { threads })];
    expect({ ...several, peakBytes: 0 }).toEqual({ ...one, peakBytes: 0 });
  });

  test.each([1, 2])("finds the shortest way round the drain with %d threads", async (threads) => {
    const kernel = yardstickKernel(model(3, 3, 2, { drains: false }));
    const { complete, found } = await search(kernel, { threads });
    expect(complete).toBe(false);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: "property", property: 0, inState: false });
    expect(found[0]?.path).toHaveLength(7);
    expect(connected(kernel, found[0]?.path ?? [])).toBe(true);
    expect(found).toEqual((await search(kernel)).found);
  });

  test("goes on after a finding if every property is to be decided", async () => {
    const kernel = yardstickKernel(model(3, 2, 2, { drains: false }));
    const { complete, found } = await search(kernel, { everyProperty: true });
    expect(complete).toBe(true);
    expect(found.map(({ path }) => path.length)).toEqual([7]);
  });
});

describe("what is wrong with a state", () => {
  const counter = (limit: number) =>
    `function successors(w0) { if (w0 === ${limit}) return 0; emit(w0 + 1); return 1; }`;

  test("a deadlock is reported with its path, unless the state is final", async () => {
    const source = `${counter(5)} function isFinal(w0) { return false; }`;
    const { found, complete } = await search(small(source));
    expect(complete).toBe(false);
    expect(found).toEqual([
      {
        ...{ kind: "deadlock", property: -1, failure: -1, inState: true },
        path: [[0], [1], [2], [3], [4], [5]],
      },
    ]);
    const final = `${counter(5)} function isFinal(w0) { return w0 === 5; }`;
    expect(await search(small(final))).toMatchObject({ complete: true, states: 6, found: [] });
  });

  test("inspected states are judged once each", async () => {
    const source = `${counter(9)} function isFinal() { return true; }
      function inspect(w0) { judged[0]++; if (w0 >= 4) violate(0); }`;
    const kernel = small(source, { inspects: true, properties: ["small"] });
    const { found, judged } = await search(kernel);
    expect(judged).toEqual([5]);
    expect(found).toMatchObject([{ kind: "property", inState: true, path: { length: 5 } }]);
  });

  test("a state at fault is reported before a step from a state as near", async () => {
    const source = `function successors(w0) { if (w0 > 2) return 0;
        if (w0 === 1) violate(0);
        emit(w0 * 2 + 1); emit(w0 * 2 + 2); return 2; }
      function isFinal() { return true; }
      function inspect(w0) { if (w0 === 2) violate(0); }`;
    const { found } = await search(small(source, { inspects: true, properties: ["fine"] }));
    expect(found).toMatchObject([{ inState: true, path: [[0], [2]] }]);
  });

  /** The first state leads to 1 ... 200,000, and all of these but one go wrong with their step. */
  const wide = (wrong: string) => `function successors(w0) {
      if (w0 === 0) {
        for (let next = 1; next <= 200000; next++) emit(next);
        return 200000;
      }
      if (w0 > 200000) { emit(w0); return 1; }
      if (w0 === 199999) return 0;
      ${wrong} }
    function isFinal() { return false; }`;

  test.each([1, 2])("a deadlock comes before longer traces, with %d threads", async (threads) => {
    const deadlock = { kind: "deadlock", inState: true, path: [[0], [199_999]] };
    const broken = small(wide("violate(0); emit(w0 + 200000); return 1;"), {
      properties: ["fine"],
    });
    expect((await search(broken, { threads })).found).toMatchObject([deadlock]);
    const leaving = small(wide("fail(0); return 0;"), { failures: ["far"] });
    expect((await search(leaving, { threads })).found).toMatchObject([deadlock]);
  });

  test("of traces as long as each other one that shows a broken property is reported", async () => {
    const source = `function successors(w0) { if (w0 === 1) fail(0); if (w0 === 2) violate(0);
        if (w0 > 0) return 0; emit(1); emit(2); return 2; }
      function isFinal() { return true; }`;
    const { found } = await search(small(source, { properties: ["fine"], failures: ["far"] }));
    expect(found).toMatchObject([{ kind: "property", path: [[0], [2]] }]);
  });

  test("a program that leaves its bounds says so, and is no deadlock", async () => {
    const source = `function successors(w0) { if (w0 < 3) { emit(w0 + 1); return 1; }
      fail(1); return 0; } function isFinal() { return false; }`;
    const { found } = await search(small(source, { failures: ["low", "high"] }));
    expect(found).toMatchObject([{ kind: "bounds", failure: 1, path: [[0], [1], [2], [3]] }]);
  });
});

describe("limits", () => {
  const kernel = yardstickKernel(model(3, 3, 2));

  test("a number of states", async () => {
    const result = await search(kernel, { maxStates: 10_000 });
    expect(result).toMatchObject({ complete: false, stopped: "max-states" });
    expect(result.states).toBeGreaterThanOrEqual(10_000);
    expect(result.states).toBeLessThan(196_766);
  });

  test.each([
    [300_000, 307_953],
    [1_000_000, 1_004_339],
  ])("%i states, and hardly more", async (maxStates, states) => {
    const large = yardstickKernel(model(6, 5, 3));
    expect((await search(large, { maxStates })).states).toBe(states);
  });

  test("says up to which level it has found everything, wherever it ends", async () => {
    const levels = plainLevels(yardstickKernel(model(3, 2, 2)));
    for (const maxStates of [1, 2, 500, 5000, 10_000, 15_000]) {
      const result = await search(yardstickKernel(model(3, 2, 2)), { maxStates });
      const whole = result.everyRun + 1;
      expect(result.levels.slice(0, whole)).toEqual(levels.slice(0, whole));
      expect(result.levels.length - whole).toBeLessThan(2);
    }
  });

  test("a depth: the states there are stored but not expanded", async () => {
    const all = await search(kernel);
    const result = await search(kernel, { maxDepth: 9 });
    const ending = { complete: false, stopped: "max-depth", depth: 9, everyRun: 9 };
    expect(result).toMatchObject(ending);
    expect(result.levels).toEqual(all.levels.slice(0, 10));
    expect(await search(kernel, { maxDepth: 26 })).toMatchObject({ stopped: "max-depth" });
    expect(await search(kernel, { maxDepth: 27 })).toMatchObject({ complete: true });
  });

  test("memory", async () => {
    const memory = 5 * 2 ** 20;
    const result = await search(kernel, { memory });
    expect(result).toMatchObject({ complete: false, stopped: "memory" });
    expect(result.peakBytes).toBeLessThanOrEqual(memory);
  });

  test("more successors of one state than can be held are refused, and none is lost", async () => {
    const fan = (count: number) =>
      small(`function successors(w0) { if (w0 > 0) return 0;
        for (let i = 0; i < ${count}; i++) emit(1); return ${count}; }
        function isFinal() { return true; }`);
    expect(await search(fan(1e6))).toMatchObject({ complete: true, states: 2, transitions: 1e6 });
    await expect(search(fan(2 ** 25))).rejects.toMatchObject({
      code: "memory-exhausted",
      message: expect.stringMatching(/^a state has tens of millions of successors, more than/),
    });
  });

  test("a request from outside", async () => {
    const started = startSearch(kernel, { threads: 1, memory: MEMORY });
    await started.advance();
    started.stop("interrupted");
    while (await started.advance());
    const result = started.result();
    expect(result).toMatchObject({ complete: false, stopped: "interrupted" });
    expect(result.levels.reduce((sum, level) => sum + level, 0)).toBe(result.states);
  });
});
