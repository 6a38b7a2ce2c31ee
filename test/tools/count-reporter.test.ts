/**
 * The line that continuous integration believes: everything that makes a run red is in it.
 */
import { expect, test } from "vitest";
import { type CountedModule, countsLine } from "./count-reporter.ts";

type State = "passed" | "failed" | "skipped" | "pending";

/** A module with tests in these states, and errors outside of them. */
function module(states: readonly State[], own = 0, inSuites = 0): CountedModule {
  const errors = (count: number) => Array.from({ length: count }, () => new Error("sample"));
  return {
    children: {
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
      allSuites: () => [{ errors: () => errors(inSuites) }],
    },
    errors: () => errors(own),
  };
}

test("counts tests over all modules by how they ended", () => {
  const modules = [module(["passed", "failed", "skipped"]), module(["passed"])];
  expect(countsLine(modules, 0)).toBe("2 passed, 1 failed, 1 skipped");
});

test("counts a test that never finished as failed", () => {
  expect(countsLine([module(["pending"])], 0)).toBe("0 passed, 1 failed, 0 skipped");
});

test("counts errors of files, of groups and of nobody as failed", () => {
  expect(countsLine([module([], 1), module(["passed"], 0, 1)], 1)).toBe(
    "1 passed, 3 failed, 0 skipped",
  );
});
