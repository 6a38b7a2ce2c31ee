/**
 * Options of `check`: sizes, names that were nearly right, and what does not go together.
 */
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean } from "../../../src/cli/check/did-you-mean.ts";
import { memorySize } from "../../../src/cli/check/memory-size.ts";
import {
  memoryOf,
  type Options,
  parametersOf,
  requireSense,
} from "../../../src/cli/check/options.ts";

const DEFAULTS: Options = {
  set: new Map(),
  property: [],
  por: "off",
  coverage: "on",
  reports: "reports",
};

describe("a size of memory", () => {
  test("is a number with its unit", () => {
    const sizes = ["64K", "512M", "4G", "4GiB", "1.5g", "1TB"].map(memorySize);
    expect(sizes).toEqual([2 ** 16, 2 ** 29, 2 ** 32, 2 ** 32, 1.5 * 2 ** 30, 2 ** 40]);
  });

  test("is nothing else", () => {
    for (const text of ["", "4", "G", "-4G", "0G", "4 G", "4GG", "4X", "1e3G", "Infinity"]) {
      expect(() => memorySize(text)).toThrow(InvalidArgumentError);
    }
  });

  test("is at most what the machine has, and a part of that by default", () => {
    expect(() => memoryOf({ ...DEFAULTS, memory: 2 ** 60 })).toThrow(/more than is free here/);
    expect(memoryOf({ ...DEFAULTS, memory: 2 ** 20 })).toBe(2 ** 20);
    expect(memoryOf(DEFAULTS)).toBeGreaterThan(0);
  });
});

describe("did you mean", () => {
  const known = ["fleece", "fleecing", "image-fleecing"];

  test("names what is nearest", () => {
    expect(didYouMean("flece", known)).toBe("; did you mean 'fleece'?");
    expect(didYouMean("fleesing", known)).toBe("; did you mean 'fleecing'?");
    expect(didYouMean("image", known)).toBe("; did you mean 'image-fleecing'?");
  });

  test("is silent where nothing is near", () => {
    expect(didYouMean("backup", known)).toBe("");
    expect(didYouMean("x", [])).toBe("");
  });

  test("finds every name with one letter missing", () => {
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.nat(), (name, place) => {
        const at = place % name.length;
        const word = name.slice(0, at) + name.slice(at + 1);
        expect(didYouMean(word, known)).toContain(`'${name}'`);
      }),
    );
  });
});

describe("parameters", () => {
  test("may be set by an option of their own or by --set", () => {
    const set = new Map([["values", 3]]);
    expect(parametersOf({ ...DEFAULTS, clusters: 4, set })).toEqual(
      new Map([
        ["values", 3],
        ["clusters", 4],
      ]),
    );
  });

  test("may not be set to two values", () => {
    const set = new Map([["clusters", 3]]);
    expect(() => parametersOf({ ...DEFAULTS, clusters: 4, set })).toThrow(/differ/);
    expect(parametersOf({ ...DEFAULTS, clusters: 3, set })).toEqual(set);
  });
});

describe("what does not go together", () => {
  test.each<[Partial<Options>, RegExp]>([
    [{ symmetry: "on", liveness: "on" }, /unsound with --liveness on/],
    [{ random: 1, swarm: 1 }, /exclude each other/],
    [{ seed: 1 }, /--seed is for walks/],
    [{ random: 1, checkpoint: "c" }, /walks leave no checkpoint/],
    [{ checkpointEvery: 5 }, /--checkpoint-every is for checkpoints/],
    [{ swarm: 1, resume: "c" }, /walks leave no checkpoint/],
    [{ random: 1, maxStates: 5 }, /walks do not count states/],
    [{ random: 1, symmetry: "on" }, /no use for --symmetry on/],
    [{ swarm: 1, por: "on" }, /no use for .* --por on/],
    [{ random: 1, liveness: "on" }, /cannot see what never happens/],
    [{ swarm: 1, threads: 2 }, /walks take one thread/],
    [{ random: 1, maxDepth: 1e6 }, /--max-depth of walks is at most 100000/],
  ])("%j is refused in one line with a remedy", (options, line) => {
    expect(() => requireSense({ ...DEFAULTS, ...options })).toThrow(line);
    expect(() => requireSense({ ...DEFAULTS, ...options })).toThrow(/^[^\n]*;[^\n]*$/);
  });

  test.each<Partial<Options>>([
    {},
    { symmetry: "on" },
    { liveness: "off", symmetry: "on" },
    { liveness: "on" },
    { random: 10, seed: 4, maxDepth: 100 },
    { checkpoint: "c", resume: "c", maxStates: 1 },
  ])("%j is fine", (options) => {
    expect(() => requireSense({ ...DEFAULTS, ...options })).not.toThrow();
  });
});
