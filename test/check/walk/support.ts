/** Walks on programs of tests, taken to their end. */
import { compileProgram } from "../../../src/check/compile/compile.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { Found } from "../../../src/check/search/search.ts";
import { createExpander } from "../../../src/check/walk/expander.ts";
import { RandomWalk } from "../../../src/check/walk/random-walk.ts";
import { type WalkOptions, WalkSearch } from "../../../src/check/walk/walk-search.ts";
import { walkSeed } from "../../../src/check/walk/walk-seed.ts";
import { seededSchedule } from "../../../src/system/schedule.ts";

/** Walks to their end. */
export async function walked(program: Program, options: Partial<WalkOptions>) {
  const compiled = compileProgram(program, { symmetry: false, coverage: true });
  const usual = { kind: "random", walks: 100, seed: 1, maxDepth: 200, memory: 2 ** 20 } as const;
  const search = new WalkSearch(program, compiled, { ...usual, ...options });
  while (await search.advance());
  return { search, compiled, ...search.result() };
}

/** What a generator comes to at its end. */
export function finish<Result>(generator: Generator<unknown, Result>): Result {
  for (;;) {
    const { done, value } = generator.next();
    if (done === true) return value;
  }
}

/** What one of some walks at random finds, as it is; null: nothing. */
export function rawFinding(program: Program, seed: number, maxDepth = 300): Found | null {
  const compiled = compileProgram(program, { symmetry: false, coverage: false });
  const { kernel } = compiled;
  const expander = createExpander(kernel);
  for (let walk = 0; walk < 100; walk++) {
    const picks = seededSchedule(walkSeed(seed, walk));
    const random = new RandomWalk({ initial: kernel.initial, expander, picks, maxDepth });
    while (random.advance(2 ** 16));
    const noted = expander.noted();
    if (noted !== null) return { ...noted, path: random.path() };
  }
  return null;
}

/** Steps of what was found. */
export function lengthOf({ path, inState }: Found): number {
  return path.length - (inState ? 1 : 0);
}
