/**
 * How the tests run: every `*.test.ts` below test/, in plain Node, straight from the sources.
 *
 * One file at a time on each core, and one more: some wait for a QEMU or a browser all the time.
 * Left to itself, vitest would keep a core for its own process, which has next to nothing to do.
 * Which file goes first is said in test/tools/long-first.ts.
 *
 * Each file has a process of its own. To share one would save the loading of modules, a minute in
 * all; but searches leave so much memory reserved behind that no child can be forked any more.
 *
 * The closing line `N passed, N failed, N skipped` comes from test/tools/count-reporter.ts. Under
 * `CI=true` the same results are also written into reports/test/ for machines.
 */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import CountReporter from "./test/tools/count-reporter.ts";
import LongFirst from "./test/tools/long-first.ts";

const forMachines = process.env.CI === "true" ? ["json", "junit"] : [];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // What a test waits for happens at once, on a machine that is not busy; vitest waits for 1 s.
    expect: { poll: { timeout: 20_000 } },
    reporters: ["default", ...forMachines, new CountReporter()],
    outputFile: { json: "reports/test/results.json", junit: "reports/test/junit.xml" },
  },
});
