/**
 * How the tests run: every `*.test.ts` below test/, in plain Node, straight from the sources.
 *
 * The closing line `N passed, N failed, N skipped` comes from test/tools/count-reporter.ts. Under
 * `CI=true` the same results are also written into reports/test/ for machines.
 */
import { defineConfig } from "vitest/config";
import CountReporter from "./test/tools/count-reporter.ts";

const forMachines = process.env.CI === "true" ? ["json", "junit"] : [];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    testTimeout: 180_000,
    hookTimeout: 60_000,
    reporters: ["default", ...forMachines, new CountReporter()],
    outputFile: { json: "reports/test/results.json", junit: "reports/test/junit.xml" },
  },
});
