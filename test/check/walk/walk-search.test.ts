/**
 * Walks: the same seed goes the same way, faults are found and come out short, and nothing that was
 * not seen is ever said to hold.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { findingOf } from "../../../src/check/finding.ts";
import { goto } from "../../../src/check/program/build.ts";
import type { Program, Statement } from "../../../src/check/program/program.ts";
import { WalkSearch } from "../../../src/check/walk/walk-search.ts";
import { walkPicks, walkSeed } from "../../../src/check/walk/walk-seed.ts";
import { fleece } from "../support/programs.ts";
import { anyProgram } from "../support/random-program.ts";
import { lengthOf, walked } from "./support.ts";

const BOUNDS = { clusters: 4, guests: 3, readers: 2, values: 2 };
const SOUND = fleece(BOUNDS);
const MUTANT = fleece({ ...BOUNDS, drains: false });
const KINDS = ["random", "swarm"] as const;

describe.each(KINDS)("%s walks", (kind) => {
  test("with the same seed come to the same, with another to something else", async () => {
    const [one, same, other] = await Promise.all(
      [5, 5, 6].map(async (seed) => {
        const { search, compiled, ...result } = await walked(SOUND, { kind, seed, walks: 20 });
        return result;
      }),
    );
    expect(same).toEqual(one);
    expect(other?.transitions).not.toBe(one?.transitions);
  });

  test("find the mutant, and show it in the fewest steps", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { found } = await walked(MUTANT, { kind, seed });
      expect(found.map(lengthOf)).toEqual([7]);
    }
  });

  test("tell which of them found it, so that it can be taken again alone", async () => {
    const several = await walked(MUTANT, { kind, seed: 3, maxDepth: 30 });
    const { seed = 0, table } = several.search.finder ?? {};
    const alone = { kind, seed, walks: 1, maxDepth: 30, memory: table ?? 0 };
    const { search, found } = await walked(MUTANT, alone);
    expect(found).toEqual(several.found);
    expect(search.finder).toEqual({ kind, seed, maxDepth: 30, table });
    expect(search.taken).toBe(1);
  });

  test("never say that all was seen, whatever they walk through", async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async (program) => {
        const { complete, stopped, found } = await walked(program, { kind, walks: 5 });
        expect(complete).toBe(false);
        expect(stopped === "walks").toBe(found.length === 0);
      }),
      { numRuns: 50 },
    );
  });

  test("go no deeper than they may", async () => {
    const { depth, stopped } = await walked(SOUND, { kind, maxDepth: 9 });
    expect(depth).toBeLessThanOrEqual(9);
    expect(stopped).toBe("walks");
    expect((await walked(MUTANT, { kind, maxDepth: 6 })).found).toEqual([]);
  });

  test("end early when they are told to, and say why", async () => {
    const search = endless(kind);
    expect(await search.advance()).toBe(true);
    expect(search.progress()).toMatchObject({ task: "walk", levels: [], frontier: 0 });
    search.stop("timeout");
    expect(await search.advance()).toBe(false);
    expect(search.result()).toMatchObject({ complete: false, stopped: "timeout", found: [] });
  });

  test("find deadlocks, and steps that leave the bounds", async () => {
    const stuck = await walked(oneStep([goto("end")]), { kind });
    expect(stuck.found).toMatchObject([{ kind: "deadlock", inState: true }]);
    const program = oneStep([{ kind: "fail", message: "too far" }]);
    const { found, compiled } = await walked(program, { kind });
    const [out] = found;
    if (out === undefined) throw new Error("nothing was found");
    expect(findingOf(program, compiled, out)).toMatchObject({
      kind: "bounds",
      message: expect.stringContaining("too far"),
    });
  });
});

/** More walks than anybody waits for. */
function endless(kind: (typeof KINDS)[number]): WalkSearch {
  const compiled = compileProgram(SOUND, { symmetry: false, coverage: false });
  const options = { kind, walks: 1e6, seed: 1, maxDepth: 1000, memory: 2 ** 20 };
  return new WalkSearch(SOUND, compiled, options);
}

/** A process that takes one step and then stands there for ever. */
function oneStep(body: readonly Statement[]): Program {
  const alternative = { name: "go", text: "goes", choices: [], fair: true, body };
  return {
    ...SOUND,
    fields: [],
    properties: [],
    symmetries: [],
    processes: [
      {
        name: "walker",
        instances: 1,
        nodes: [
          { kind: "rest", name: "begin", alternatives: [alternative] },
          { kind: "rest", name: "end", alternatives: [] },
        ],
      },
    ],
  };
}

describe("seeds of walks", () => {
  test("that are neighbours pick what has nothing to do with each other", () => {
    const pairs = Array.from({ length: 1000 }, (_, seed) => {
      const picks = walkPicks(seed);
      return `${picks.pick(8)} ${picks.pick(8)}`;
    });
    expect(new Set(pairs).size).toBe(64);
  });

  test("begin with the given one, and are all different", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (seed) => {
        expect(walkSeed(seed, 0)).toBe(seed);
        const seeds = Array.from({ length: 1000 }, (_, walk) => walkSeed(seed, walk + 1));
        expect(new Set(seeds).size).toBe(1000);
        expect(seeds.every((each) => each >= 0 && each < 2 ** 32)).toBe(true);
      }),
    );
  });
});
