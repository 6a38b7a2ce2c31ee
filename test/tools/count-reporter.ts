/**
 * A vitest reporter that says `N passed, N failed, N skipped`, alone on the very last line.
 *
 * Continuous integration reads that line and nothing else, hence two cares. It is written when the
 * process exits, so that no other reporter can print after it. And whatever turns the run red is
 * counted as failed, also where vitest knows no test for it: a file that does not load, a hook that
 * throws, an error that nobody caught.
 */
import { writeSync } from "node:fs";
import type { Reporter } from "vitest/node";

type State = "passed" | "failed" | "skipped" | "pending";

/** The part of vitest's `TestModule` that is counted. */
export interface CountedModule {
  readonly children: {
    allTests(): Iterable<{ result(): { readonly state: State } }>;
    allSuites(): Iterable<{ errors(): readonly unknown[] }>;
  };
  errors(): readonly unknown[];
}

/** The closing line of a run with these modules and this many errors outside of any test. */
export function countsLine(modules: readonly CountedModule[], errorsOutside: number): string {
  const counts = { passed: 0, failed: errorsOutside, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === "pending" ? "failed" : state] += 1;
    }
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    counts.failed += module.errors().length;
  }
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

export default class CountReporter implements Reporter {
  #line = "0 passed, 1 failed, 0 skipped";

  onInit(): void {
    process.once("exit", () => writeSync(process.stdout.fd, `${this.#line}\n`));
  }

  onTestRunEnd(modules: readonly CountedModule[], unhandledErrors: readonly unknown[]): void {
    this.#line = countsLine(modules, unhandledErrors.length);
  }
}
