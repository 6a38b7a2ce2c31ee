/**
 * The top of the repository is the first page that anybody reads, so it is kept short: what belongs
 * there is listed here, and a new entry needs a reason good enough to edit this list.
 */
import { describe, expect, test } from "vitest";
import { trackedPaths } from "./tree.ts";

/** What the project consists of. */
const OURS = ["README.md", "bench", "models", "properties", "reports", "src", "test"];

/** What git, npm, compiler, linters, test runner and lawyers insist on finding there. */
const INSISTED_ON = [
  ".ci",
  ".gitignore",
  "LICENSE",
  "biome.json",
  "knip.json",
  "package-lock.json",
  "package.json",
  "tsconfig.json",
  "tsconfig.page.json",
  "vite.config.ts",
  "vite.explorer.config.ts",
  "vite.program.config.ts",
  "vitest.config.ts",
];

/** First components of paths, each once, sorted. */
function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split("/")[0] ?? ""))].sort();
}

/** What is tracked below reports/ although only the page that explains the folder should be. */
function committedReports(paths: readonly string[]): string[] {
  return paths.filter((path) => path.startsWith("reports/") && path !== "reports/README.md");
}

describe("the rules", () => {
  test("see every entry once, whatever its depth", () => {
    expect(topLevel(["src/a.ts", "src/b/c.ts", "notes.txt"])).toEqual(["notes.txt", "src"]);
  });

  test("see a committed report", () => {
    expect(committedReports(["reports/README.md", "reports/fleecing/receipt.json"])).toEqual([
      "reports/fleecing/receipt.json",
    ]);
  });
});

describe("this repository", () => {
  test("has at its top exactly what is listed", () => {
    expect(topLevel(trackedPaths())).toEqual([...OURS, ...INSISTED_ON].sort());
  });

  test("tracks no generated report", () => {
    expect(committedReports(trackedPaths())).toEqual([]);
    expect(trackedPaths()).toContain("reports/README.md");
  });
});
