/**
 * Imports point one way, and never in a circle.
 */
import { describe, expect, test } from "vitest";
import { importCycles } from "./cycles.ts";
import { LAYERS, layerFindings, layerOf, SHARED } from "./layers.ts";
import { report, trackedFiles } from "./tree.ts";

/** What the rule says about a file at `path` that imports `specifier` and nothing else. */
function verdict(path: string, specifier: string): string[] {
  return layerFindings({ path, text: `import { x } from "${specifier}";\n` }).map(
    ({ what }) => what,
  );
}

describe("the layers rule", () => {
  test("allows what the table allows, and every package", () => {
    expect(verdict("src/drivers/raw/charts.ts", "../../chart/chart.ts")).toEqual([]);
    expect(verdict("src/drivers/raw/charts.ts", "../registry.ts")).toEqual([]);
    expect(verdict("src/graph/role.ts", "../error.ts")).toEqual([]);
    expect(verdict("src/graph/role.ts", "zod")).toEqual([]);
    expect(verdict("src/report/receipt.ts", "../../models/index.ts")).toEqual([]);
    expect(verdict("test/graph/role.test.ts", "../../src/graph/role.ts")).toEqual([]);
  });

  test("refuses imports that point up or sideways", () => {
    expect(verdict("src/chart/chart.ts", "../graph/role.ts")).toEqual([
      "src/chart may not import src/graph (src/graph/role.ts)",
    ]);
    expect(verdict("src/drivers/raw/charts.ts", "../../jobs/backup.ts")).toHaveLength(1);
    expect(verdict("src/check/search.ts", "../storage/memory.ts")).toHaveLength(1);
    expect(verdict("src/explorer/page.ts", "../../models/index.ts")).toHaveLength(1);
    expect(verdict("src/run/run.ts", "../../models/index.ts")).toHaveLength(1);
    expect(verdict("src/cli/main.ts", "../../test/tools/needs-tool.ts")).toHaveLength(1);
  });

  test("refuses imports of types alike", () => {
    const text = 'import type { Role } from "../graph/role.ts";\n';
    expect(layerFindings({ path: "src/log/fold.ts", text })).toHaveLength(1);
  });

  test("lets a page import types of reports, and no code but its own", () => {
    const types = 'import type { Picture } from "../report/site/picture.ts";\n';
    expect(layerFindings({ path: "src/page/a.tsx", text: types })).toEqual([]);
    expect(verdict("src/page/a.tsx", "./style/page.css")).toEqual([]);
    expect(verdict("src/page/a.tsx", "./b.tsx")).toEqual([]);
    expect(verdict("src/page/a.tsx", "../report/site/picture.ts")).toHaveLength(1);
    expect(verdict("src/page/a.tsx", "../log/fold.ts")).toHaveLength(1);
    expect(verdict("src/cli/main.ts", "../page/a.tsx")).toHaveLength(1);
    expect(verdict("src/explorer/server.ts", "../page/fold.ts")).toHaveLength(1);
  });

  test("lets the shared files import nobody but each other", () => {
    expect(verdict("src/vocabulary.ts", "./error.ts")).toEqual([]);
    expect(verdict("src/error.ts", "./graph/role.ts")).toHaveLength(1);
  });

  test("refuses folders it does not know and imports without .ts", () => {
    expect(verdict("src/campaign/queue.ts", "../check/search.ts")).toEqual([
      "src/campaign is not in the table of test/tidy/layers.ts",
    ]);
    expect(verdict("src/stray.ts", "./graph/role.ts")).toHaveLength(1);
    expect(verdict("src/graph/role.ts", "./edge.js")).toEqual(['"./edge.js" does not end in .ts']);
  });
});

describe("the cycle rule", () => {
  const file = (path: string, ...specifiers: string[]) => ({
    path,
    text: specifiers.map((specifier) => `import "${specifier}";\n`).join(""),
  });

  test("accepts a diamond", () => {
    const files = [
      file("a.ts", "./b.ts", "./c.ts"),
      file("b.ts", "./d.ts"),
      file("c.ts", "./d.ts"),
    ];
    expect(importCycles([...files, file("d.ts")])).toEqual([]);
  });

  test("names the files of a cycle, and of a file that imports itself", () => {
    const files = [file("a.ts", "./b.ts"), file("b.ts", "./c.ts"), file("c.ts", "./b.ts")];
    expect(importCycles(files)).toEqual(["b.ts -> c.ts -> b.ts"]);
    expect(importCycles([file("a.ts", "./a.ts")])).toEqual(["a.ts -> a.ts"]);
  });
});

describe("this repository", () => {
  const files = trackedFiles((path) => /\.tsx?$/.test(path) && path.includes("/"));

  test("has only folders and shared files that the table knows", () => {
    const strangers = files.filter(
      ({ path }) => !SHARED.includes(path) && !LAYERS.has(layerOf(path)),
    );
    expect(strangers.map(({ path }) => path)).toEqual([]);
  });

  test("imports in the allowed direction only", () => {
    expect(report(files, layerFindings)).toEqual([]);
  });

  test("has no import cycles", () => {
    expect(importCycles(files)).toEqual([]);
  });
});
