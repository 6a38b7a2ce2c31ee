/**
 * Every chart of every driver has a word for every answer it can get, and an end.
 */
import { describe, expect, test } from "vitest";
import type { Chart } from "../../src/chart/chart.ts";
import { askClusters, askNode, call, fork } from "../../src/chart/effects.ts";
import { redirect, replaceEffect } from "../../src/chart/mutate.ts";
import type { DriverCharts } from "../../src/drivers/driver.ts";
import { VARIANTS } from "../support/charts.ts";
import { problemsOf } from "../support/driver-check.ts";

function childrenOf({ driver }: (typeof VARIANTS)[number]): string[] {
  const own = [...driver.children.map(({ name }) => name), ...driver.jobUses];
  return own.length === 0 ? ["storage"] : own;
}

test.for(VARIANTS.map((variant) => [variant.name, variant] as const))("%s", ([, variant]) => {
  expect(problemsOf(variant.charts, childrenOf(variant))).toEqual([]);
});

describe("the check finds", () => {
  const [hook] = VARIANTS.filter(({ driver }) => driver.name === "copy-before-write");

  /** Problems of the filter after its view discard or its guest write was changed. */
  function problemsAfter(
    operation: "snapshot-discard" | "write",
    change: (chart: Chart) => Chart,
    more: Partial<DriverCharts> = {},
  ): string[] {
    const chart = hook?.charts.requests[operation];
    if (hook === undefined || chart === undefined) throw new RangeError(`no ${operation}`);
    const requests = { ...hook.charts.requests, [operation]: change(chart) };
    return problemsOf({ ...hook.charts, requests, ...more }, childrenOf(hook));
  }

  test("an empty range that nobody expects", () => {
    const problems = problemsAfter("write", (chart) =>
      replaceEffect(chart, "settling", askClusters("SETTLE", "interior")),
    );
    expect(problems).toEqual(["copy-before-write/write: state settling does not handle NONE"]);
  });

  test("a reply that the asker does not expect", () => {
    const problems = problemsAfter("write", (chart) =>
      replaceEffect(chart, "draining", askClusters("LOCATE")),
    );
    expect(problems).toEqual([
      "copy-before-write/write: state draining does not handle IN_SOURCE",
      "copy-before-write/write: state draining does not handle IN_TARGET",
    ]);
  });

  test("a question that nobody answers, a child and a task that do not exist", () => {
    const effects = [askNode("SETTLE"), call("backing", "write", "data"), fork("paste")];
    const problems = effects.map((meta) =>
      problemsAfter("write", (chart) => replaceEffect(chart, "forwarding", meta)),
    );
    const state = "copy-before-write/write: state forwarding";
    expect(problems).toEqual([
      [`${state} asks SETTLE, which copy-before-write/node never answers`],
      [`${state} calls backing, which is no child`],
      [`${state} forks paste, which is no task`],
    ]);
  });

  test("a question to a chart that the driver does not have", () => {
    expect(problemsAfter("write", (chart) => chart, { node: null })).toContain(
      "copy-before-write/write: state checking asks the node chart, which the driver does not have",
    );
  });

  test("a call whose errors or block status are not handled", () => {
    const problems = problemsAfter("write", (chart) =>
      replaceEffect(chart, "settling", call("file", "block-status")),
    );
    expect(problems).toHaveLength(2 + 7);
    expect(problems).toContain(
      "copy-before-write/write: state settling does not handle FAILED(ENOSPC)",
    );
  });

  test("a state that cannot be reached", () => {
    const problems = problemsAfter("snapshot-discard", (chart) =>
      redirect(chart, "excluding", "OK", "done"),
    );
    expect(problems).toContain(
      "copy-before-write/snapshot-discard: state discarding cannot be reached",
    );
  });

  test("a request that cannot end", () => {
    const problems = problemsAfter("write", (chart) =>
      redirect(chart, "settling", "OK", "settling"),
    );
    expect(problems).toContain("copy-before-write/write: state settling leads to no end");
  });
});
