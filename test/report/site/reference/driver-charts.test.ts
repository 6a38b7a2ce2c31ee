/**
 * The charts of drivers for all their options: no set of options is left out, and what is said of a
 * drawing is true of the sets that it is for, and of no other.
 */
import { instance } from "@viz-js/viz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../../../src/drivers/registry.ts";
import type { Block } from "../../../../src/report/site/page-document.ts";
import { settingsText } from "../../../../src/report/site/reference/chart-settings.ts";
import { driverCharts } from "../../../../src/report/site/reference/driver-charts.ts";

const sets = [true, false].flatMap((a) =>
  ["x", "y", "z"].flatMap((b) => [1, null].map((c) => ({ a, b, c, same: "same" }))),
);

/** The sets that conditions are met by, as a reader takes them. */
function meeting(text: string): typeof sets {
  const met = (each: (typeof sets)[number], condition: string) => {
    const [name = "", values = ""] = condition.split(": ");
    return values
      .split(" or ")
      .includes(String(Object.entries(each).find(([n]) => n === name)?.[1]));
  };
  const alternatives = text === "any options" ? [] : text.split("; or ");
  if (alternatives.length === 0) return sets;
  return sets.filter((each) =>
    alternatives.some((one) => one.split(", ").every((condition) => met(each, condition))),
  );
}

function picturesIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => {
    if (block.kind === "details") return sum + picturesIn(block.blocks);
    return sum + (block.kind === "picture" ? 1 : 0);
  }, 0);
}

describe("words for sets of options", () => {
  test("tell them from all others", () => {
    fc.assert(
      fc.property(fc.subarray(sets, { minLength: 1 }), (some) => {
        const text = settingsText(some, sets);
        if (text.includes("such as")) expect(some.length).toBeGreaterThan(3);
        else expect(meeting(text)).toEqual(some);
        expect(text).not.toContain("same");
      }),
    );
  });

  test("are as few as do", () => {
    expect(settingsText(sets, sets)).toBe("any options");
    expect(
      settingsText(
        sets.filter(({ b }) => b !== "z"),
        sets,
      ),
    ).toBe("b: x or y");
    const part = sets.filter(({ a, c }) => a || c === null);
    expect(
      settingsText(
        part.filter(({ c }) => c === 1),
        part,
      ),
    ).toBe("c: 1");
  });
});

test("a hook's charts are drawn for every option that changes them, each form once", async () => {
  const hook = DRIVERS.get("copy-before-write");
  if (hook === undefined) throw new Error("there is no hook");
  const blocks = driverCharts(await instance())(hook);
  const write = blocks.find(
    (block) => block.kind === "details" && block.summary.startsWith("copy-before-write/write,"),
  );
  if (write?.kind !== "details") throw new Error("the chart of a write is not there");
  const forms = write.blocks.flatMap((block) => (block.kind === "details" ? [block.summary] : []));
  expect(write.summary).toBe(`copy-before-write/write, ${forms.length} forms by options`);
  expect(new Set(forms).size).toBe(forms.length);
  expect(forms.some((text) => text.includes("onError: break-snapshot"))).toBe(true);
  expect(forms.some((text) => text.includes("timeout: true"))).toBe(true);
  expect(picturesIn(blocks)).toBeGreaterThan(blocks.length);
});
