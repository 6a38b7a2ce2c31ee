/**
 * Long test files begin first, and the list of them names files that there are.
 */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { LONGEST, longestFirst } from "./long-first.ts";

test("puts the listed files first, in their order, and leaves the others as they are", () => {
  const [first = "", second = ""] = LONGEST;
  const files = ["log/b", second, "log/a", first].map((name) => `/somewhere/test/${name}`);
  expect(longestFirst(files, (file) => file)).toEqual([
    `/somewhere/test/${first}`,
    `/somewhere/test/${second}`,
    "/somewhere/test/log/b",
    "/somewhere/test/log/a",
  ]);
});

test.each(LONGEST)("%s is a test", (name) => {
  expect(existsSync(new URL(`../${name}`, import.meta.url))).toBe(true);
});
