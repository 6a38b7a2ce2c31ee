/**
 * What `check` prints: verdict with bounds, properties, coverage, progress.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Progress, Stop } from "../../../src/check/result.ts";
import { forecast } from "../../../src/report/check/forecast.ts";
import { checkPropertyLines, coverageLines, verdictLine } from "../../../src/report/check/lines.ts";
import { durationText, grouped, memoryText, rounded } from "../../../src/report/check/numbers.ts";
import { checkProgressLine, etaOf, progressDocument } from "../../../src/report/check/progress.ts";
import { FACTS, HOLDS, receiptOf, UNDECIDED, VIOLATED } from "./sample.ts";

describe("the verdict line", () => {
  test("says holds with its bounds and exact counts", () => {
    expect(verdictLine(receiptOf(HOLDS))).toBe(
      "sample   holds   2 clusters, 2 guests: " +
        "1,377,392 states, 9,029,536 transitions, depth 31   0.5 s",
    );
  });

  test("says what the states are counted up to", () => {
    const method = { ...FACTS.method, symmetry: ["clusters", "guests", "readers"] };
    expect(verdictLine(receiptOf(HOLDS, { method }))).toContain(
      "states up to symmetry of clusters, guests and readers, 9,029,536 transitions",
    );
  });

  test("says if states were left out", () => {
    const method = { ...FACTS.method, partialOrder: true };
    expect(verdictLine(receiptOf(HOLDS, { method }))).toContain(
      "1,377,392 states left by partial-order reduction, 9,029,536 transitions",
    );
  });

  test("names what is violated, and the mutant that it is violated in", () => {
    const line = verdictLine({ ...receiptOf(VIOLATED), mutant: "no-drain" });
    expect(line).toBe(
      "sample with mutant no-drain   violated   2 clusters, 2 guests: " +
        "view-is-old in 3 steps; 812 states, 2,011 transitions, depth 3   0.5 s",
    );
  });

  test("counts walks as walks", () => {
    const method = { ...FACTS.method, search: "swarm" as const, walks: 1000, seed: 7 };
    const walked = (stopped: Stop, taken: number) =>
      verdictLine(receiptOf({ ...UNDECIDED, stopped, walks: { taken, again: null } }, { method }));
    const line = walked("walks", 1000);
    expect(line).toContain(
      "1,000 swarm walks from seed 7, 2,011 transitions (2 a walk), depth 3, at least 812 states",
    );
    expect(line).toContain("   undecided   ");
    expect(line).not.toContain("of 1,000");
    expect(walked("timeout", 17)).toContain("; 17 of 1,000 swarm walks from seed 7, ");
  });
});

test("property lines are a table; what was not checked is said", () => {
  expect(checkPropertyLines(receiptOf(UNDECIDED, { notChecked: ["requests-end"] }))).toEqual([
    "  view-is-old       always       undecided       judged 12 times",
    "  somebody-writes   sometimes    holds           judged 3 times",
    "  requests-end      not checked",
  ]);
});

describe("coverage lines", () => {
  test("call something unreachable only if everything was seen", () => {
    expect(coverageLines(receiptOf(UNDECIDED))).toEqual([
      "  not reached yet: 2 of 3 chart transitions (1 are taken)",
      "    hook/write     saving   FAILED",
      "    hook/cluster   copied   READ",
    ]);
    const complete = receiptOf({ ...HOLDS, covered: [true, true, false] });
    expect(coverageLines(complete)[0]).toContain("unreachable in these bounds: 1 of 3");
    expect(coverageLines(receiptOf(HOLDS))).toEqual(["  all 3 chart transitions are taken"]);
    expect(coverageLines(receiptOf(HOLDS, { coverage: false }))).toEqual([]);
  });
});

describe("numbers", () => {
  test("are grouped without losing a digit", () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(grouped(value).replaceAll(",", "")).toBe(String(value));
        expect(grouped(value)).toMatch(/^\d{1,3}(,\d{3})*$/);
      }),
    );
  });

  test("are short where nobody wants all digits", () => {
    expect([950, 14_210, 2_100_000, 3e9].map(rounded)).toEqual(["950", "14.2 k", "2.1 M", "3.0 G"]);
    expect([512, 1536, 33_057_408].map(memoryText)).toEqual(["512 bytes", "1.5 KiB", "31.5 MiB"]);
    expect([0.2, 90, 7200].map(durationText)).toEqual(["1 s", "2 min", "2.0 h"]);
  });
});

describe("the forecast", () => {
  /** Levels whose ratios shrink: what a breadth-first search mostly gives. */
  const bell = fc
    .tuple(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 100_000, max: 1_000_000 }))
    .map(([half, height]) =>
      Array.from({ length: 2 * half + 1 }, (_, level) =>
        Math.round(height ** (1 - ((level - half) / half) ** 2)),
      ),
    );

  test("encloses what is still to come, once levels shrink", () => {
    fc.assert(
      fc.property(bell, fc.double({ min: 0.7, max: 0.85, noNaN: true }), (levels, part) => {
        const known = levels.slice(0, Math.floor(levels.length * part));
        const rest = levels.slice(known.length).reduce((sum, size) => sum + size, 0);
        const said = forecast(known);
        if (said === null) return;
        expect(said.low).toBeLessThanOrEqual(said.high);
        // Sizes are whole numbers, so that ratios are known as exactly as the levels are large.
        const slack = 0.1 * rest + 0.05 * (known.at(-1) ?? 0) + 5;
        expect(rest).toBeGreaterThanOrEqual(said.low - slack);
        expect(rest).toBeLessThanOrEqual(said.high + slack);
      }),
    );
  });

  test("says nothing while levels grow", () => {
    expect(forecast([])).toBeNull();
    expect(forecast([1, 2, 4, 8, 16])).toBeNull();
    expect(forecast([1, 20, 40, 30])).toBeNull();
    expect(forecast([1, 20, 40, 30, 15])).not.toBeNull();
  });
});

describe("progress", () => {
  const progress: Progress = {
    task: "search",
    states: 9_112_004,
    transitions: 60_000_000,
    depth: 19,
    frontier: 1_204_118,
    levels: [1, 500, 4000, 2000, 500],
    fill: 0.684,
    bytes: 211_000_000,
  };
  const pace = { seconds: 2, statesPerSecond: 4_100_000 };

  test("is one line", () => {
    expect(checkProgressLine("fleece", { ...progress, levels: [1, 2, 4] }, pace)).toBe(
      "fleece   9,112,004 states, 4.1 M/s, depth 19, frontier 1,204,118, table 68 % full, " +
        "201.2 MiB, ETA unknown",
    );
  });

  test("has an ETA when levels shrink, and never for walks", () => {
    const shrinking = { ...progress, frontier: 300, levels: [1, 500, 4000, 2000, 500] };
    const eta = etaOf(shrinking, pace);
    // 300 states of this level and a third of it to come, and 6701 took 2 s.
    expect(eta?.high).toBeCloseTo((2 * (300 + 500 / 3)) / 6701);
    expect(eta?.low).toBeLessThan(eta?.high ?? 0);
    expect(checkProgressLine("fleece", shrinking, pace)).toMatch(/, ETA 1 s$/);
    expect(etaOf({ ...shrinking, task: "walk" }, pace)).toBeNull();
    expect(checkProgressLine("fleece", { ...shrinking, task: "walk" }, pace)).toBe(
      "fleece   60,000,000 steps walked, 4.1 M/s, depth 19, 201.2 MiB",
    );
  });

  test("is an object of its own for machines", () => {
    expect(progressDocument("fleece", { ...progress, levels: [1, 2, 4] }, pace)).toEqual({
      kind: "check-progress",
      model: "fleece",
      task: "search",
      states: 9_112_004,
      transitions: 60_000_000,
      depth: 19,
      frontier: 1_204_118,
      fill: 0.684,
      bytes: 211_000_000,
      seconds: 2,
      statesPerSecond: 4_100_000,
      eta: null,
    });
  });
});
