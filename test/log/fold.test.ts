/** Folding: every prefix of a log has a state, and later records are not looked at. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { foldLog } from "../../src/log/fold.ts";
import { bodiesArbitrary, logOf } from "./arbitraries.ts";

test("the state at a record is the fold of the records up to it", () => {
  fc.assert(
    fc.property(bodiesArbitrary, fc.integer({ min: -2, max: 14 }), (bodies, at) => {
      const { records } = logOf(bodies);
      const evolve = (state: readonly string[], { seq, kind }: (typeof records)[number]) => [
        ...state,
        `${seq} ${kind}`,
      ];
      const all = bodies.map(({ kind }, seq) => `${seq} ${kind}`);
      expect(foldLog(records, [], evolve)).toEqual(all);
      expect(foldLog(records, [], evolve, at)).toEqual(all.slice(0, Math.max(0, at + 1)));
    }),
  );
});

test("records behind the point asked for are not asked for", () => {
  const [first] = logOf([{ kind: "crash" }]).records;
  function* records() {
    if (first !== undefined) yield first;
    throw new Error("asked for more");
  }
  expect(foldLog(records(), 0, (count) => count + 1, 0)).toBe(1);
  expect(foldLog(records(), 0, (count) => count + 1, -1)).toBe(0);
  expect(() => foldLog(records(), 0, (count) => count + 1)).toThrow("asked for more");
});
