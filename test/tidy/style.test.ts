/**
 * The house rules, each first shown to fail on a sample, then applied to the whole repository.
 */
import { describe, expect, test } from "vitest";
import { determinismFindings } from "./determinism.ts";
import type { Finding } from "./source-text.ts";
import * as style from "./style.ts";
import { report, type SourceFile, trackedFiles } from "./tree.ts";

type Rule = (file: SourceFile) => Finding[];

/** The lines that a rule objects to in a text that stands at a path. */
function lines(rule: Rule, text: string, path = "src/run/sample.ts"): number[] {
  return rule({ path, text }).map(({ line }) => line);
}

describe("the rules", () => {
  test("headers", () => {
    const { headerFindings } = style;
    expect(lines(headerFindings, "/**\n * What this is.\n */\nexport {};\n")).toEqual([]);
    expect(lines(headerFindings, "#!/usr/bin/env node\n/** What this is. */\n")).toEqual([]);
    expect(lines(headerFindings, "/**\n * `raw`: passes all on.\n */\n")).toEqual([]);
    expect(lines(headerFindings, "import x;\n/** Too late. */\n")).toEqual([1]);
    expect(lines(headerFindings, "/** */\nexport {};\n")).toEqual([1]);
  });

  test("sizes", () => {
    const { sizeFindings } = style;
    expect(lines(sizeFindings, `${"x".repeat(100)}\n`)).toEqual([]);
    expect(lines(sizeFindings, `\n${"é".repeat(101)}\n`)).toEqual([2]);
    expect(lines(sizeFindings, "x\n".repeat(400))).toEqual([]);
    expect(lines(sizeFindings, "x\n".repeat(401))).toEqual([1]);
    expect(lines(sizeFindings, "x\n".repeat(401), "test/run/sample.test.ts")).toEqual([]);
  });

  test("ways around the type checker", () => {
    const { typeFindings } = style;
    expect(lines(typeFindings, "const a = b as unknown as C;")).toEqual([1]);
    expect(lines(typeFindings, "let a: any;\nlet b = c as any;\nlet d: Map<string, any>;")).toEqual(
      [1, 2, 3],
    );
    expect(lines(typeFindings, "\n// @ts-expect-error\n/* @ts-ignore */")).toEqual([2, 3]);
    expect(lines(typeFindings, "// as any\nconst a = 'as any'; z.any(); company: string")).toEqual(
      [],
    );
  });

  test("tests switched off", () => {
    const { testFindings } = style;
    expect(lines(testFindings, "it.only(x);\ndescribe.only(x)", "test/a.test.ts")).toEqual([1, 2]);
    expect(lines(testFindings, "test.skip(x);\ntest.todo(x)", "test/a.test.ts")).toEqual([1, 2]);
    expect(lines(testFindings, "test.skip(x)", "test/tools/needs-tool.ts")).toEqual([]);
    expect(lines(testFindings, "reader.skip(4)", "src/nbd/reader.ts")).toEqual([]);
  });

  test("unfinished business", () => {
    expect(lines(style.laterFindings, "a\n// TODO b\n'FIXME'\nXXX\nXXXXXX")).toEqual([2, 3, 4]);
  });

  test("addresses and paths of one place", () => {
    const { placeFindings } = style;
    expect(lines(placeFindings, "a\nhttps://registry.example/x\n//mirror.id")).toEqual([2]);
    expect(lines(placeFindings, "/home/me/x\n'/srv/x'\n/tmp/x\nsrc/home/x")).toEqual([1, 2]);
    expect(lines(placeFindings, "https://example.org/home/me")).toEqual([]);
  });

  test("addresses in the lock file", () => {
    expect(lines(style.lockFindings, '{\n"resolved": "x"}', "package-lock.json")).toEqual([2]);
  });

  test("clocks, chance and waiting where the log decides", () => {
    const text = "Date.now();\nMath.random();\nawait x;\n// Promise of a Date\n'performance'";
    expect(lines(determinismFindings, text, "src/chart/chart.ts")).toEqual([1, 2, 3]);
    expect(lines(determinismFindings, text, "src/check/search.ts")).toEqual([1, 2]);
    expect(lines(determinismFindings, text, "src/run/run.ts")).toEqual([]);
  });
});

describe("this repository", () => {
  const all = trackedFiles((path) => path !== "package-lock.json" && path !== "LICENSE");
  const sources = all.filter(({ path }) => /\.tsx?$/.test(path));
  const styled = all.filter(({ path }) => /\.(tsx?|css)$/.test(path));
  const lock = trackedFiles((path) => path === "package-lock.json");

  test.for<[string, Rule, SourceFile[]]>([
    ["begins every source file with a header comment", style.headerFindings, styled],
    ["keeps files and lines short", style.sizeFindings, styled],
    ["does not go around the type checker", style.typeFindings, sources],
    ["leaves every test switched on", style.testFindings, sources],
    ["leaves nothing for later", style.laterFindings, all],
    ["names no registry and no machine", style.placeFindings, [...all, ...lock]],
    ["locks contents and not places", style.lockFindings, lock],
    ["keeps clocks, chance and waiting out of what a log decides", determinismFindings, sources],
  ])("%s", ([, rule, files]) => {
    expect(files).not.toEqual([]);
    expect(report(files, rule)).toEqual([]);
  });
});
