/**
 * Steps lead on, round a lasso's loop for ever, and to where things go wrong.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextWrong, positionAfter } from "../../../src/page/player/next.ts";
import { sequenceRows } from "../../../src/page/player/sequence-rows.ts";
import { longTrace, raceTrace, stepOf } from "../trace-fixtures.ts";

describe("the next position", () => {
  test("ends with the trace", () => {
    expect(positionAfter(raceTrace(), 3)).toBe(4);
    expect(positionAfter(raceTrace(), 9)).toBe(9);
  });

  test("goes round the loop of a lasso, and never out of it", () => {
    const lasso = { ...raceTrace(), loop: 6 };
    const visited = [7];
    for (let count = 0; count < 6; count++) visited.push(positionAfter(lasso, visited.at(-1) ?? 0));
    expect(visited).toEqual([7, 8, 9, 7, 8, 9, 7]);
    expect(positionAfter({ ...raceTrace(), loop: 9 }, 9)).toBe(9);
  });
});

describe("the next violation", () => {
  test("is the nearest that way", () => {
    const trace = longTrace(5000, 8);
    expect(nextWrong([trace], 0, 1)).toBe(1000);
    expect(nextWrong([trace], 1000, 1)).toBe(2000);
    expect(nextWrong([trace], 1000, -1)).toBeNull();
    expect(nextWrong([trace], 5000, 1)).toBeNull();
    expect(nextWrong([trace], 4999, -1)).toBe(4000);
  });

  test("is looked for in all traces that stand side by side", () => {
    const quiet = { ...raceTrace(), steps: [stepOf("nothing")] };
    expect(nextWrong([quiet, raceTrace()], 0, 1)).toBe(8);
    expect(nextWrong([], 0, 1)).toBeNull();
  });
});

test("every step has rows of its own in the diagram, one for each message", () => {
  const lengths = fc.array(fc.nat(3), { maxLength: 30 });
  fc.assert(
    fc.property(lengths, (counts) => {
      const message = { from: "guest", to: "hook", text: "write", kind: "call" as const };
      const steps = counts.map((count) =>
        stepOf("step", { messages: Array.from({ length: count }, () => message) }),
      );
      const { rows, rowsOf } = sequenceRows({ ...raceTrace(), steps });
      for (const [place, count] of counts.entries()) {
        const { first, end } = rowsOf(place + 1);
        expect(end - first).toBe(Math.max(1, count));
        expect(rows.slice(first, end).every(({ position }) => position === place + 1)).toBe(true);
      }
      expect(rowsOf(0)).toEqual({ first: 0, end: 0 });
    }),
  );
});
