/**
 * Wrappers collapse to nothing, and only wrappers do: a chart that is skipped although it does
 * something would be a behaviour that no interpreter has.
 */
import { describe, expect, test } from "vitest";
import { acceptChart } from "../../src/chart/accept.ts";
import { type Chart, requestChart } from "../../src/chart/chart.ts";
import { call, done, type EffectMeta, failed } from "../../src/chart/effects.ts";
import { forwardChart } from "../../src/chart/forward.ts";
import { replaceEffect } from "../../src/chart/mutate.ts";
import { passThrough } from "../../src/chart/pass-through.ts";
import { requestSetup } from "../../src/chart/request-setup.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import type { DriverCharts } from "../../src/drivers/driver.ts";
import { ERRNOS, OPERATIONS, type Operation } from "../../src/vocabulary.ts";
import { VARIANTS } from "../support/charts.ts";

const skipped = (chart: Chart) => passThrough(tabulate(chart));

/** What each operation of a driver is handed on to: `child.operation`; null: it is not. */
function handedOn({ requests }: DriverCharts): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(requests).map(([operation, chart]) => {
      const through = skipped(chart);
      return [operation, through === null ? null : `${through.child}.${through.operation}`];
    }),
  );
}

function chartsNamed(driver: string): DriverCharts {
  const variant = VARIANTS.find((candidate) => candidate.driver.name === driver);
  if (variant === undefined) throw new RangeError(`no driver ${driver}`);
  return variant.charts;
}

describe("the drivers", () => {
  test("file hands everything to its image", () => {
    expect(handedOn(chartsNamed("file"))).toEqual({
      read: "storage.read",
      write: "storage.write",
      "write-unchanged": "storage.write",
      "write-compressed": "storage.write-compressed",
      "write-zeroes": "storage.write-zeroes",
      discard: "storage.discard",
      flush: "storage.flush",
      "block-status": "storage.block-status",
    });
  });

  test("raw hands everything to its file", () => {
    const operations = Object.keys(chartsNamed("raw").requests);
    expect(handedOn(chartsNamed("raw"))).toEqual(
      Object.fromEntries(operations.map((operation) => [operation, `file.${operation}`])),
    );
  });

  test("snapshot-access asks for the snapshot, and flushes nothing", () => {
    expect(handedOn(chartsNamed("snapshot-access"))).toEqual({
      read: "file.snapshot-read",
      discard: "file.snapshot-discard",
      "block-status": "file.snapshot-block-status",
      flush: null,
    });
  });

  test("null-co answers by itself", () => {
    expect(Object.values(handedOn(chartsNamed("null-co"))).filter((on) => on !== null)).toEqual([]);
  });

  test("copy-before-write hands on what cannot change the view", () => {
    const handed = Object.entries(handedOn(chartsNamed("copy-before-write")));
    expect(Object.fromEntries(handed.filter(([, on]) => on !== null))).toEqual({
      read: "file.read",
      "write-unchanged": "file.write-unchanged",
      flush: "file.flush",
      "block-status": "file.block-status",
    });
  });
});

describe("a chart that is made to forward", () => {
  test.for(OPERATIONS)("%s is skipped", (operation) => {
    expect(skipped(forwardChart("odd/odd", "file", operation))).toEqual({
      child: "file",
      operation,
    });
  });

  test("a chart that only accepts is not", () => {
    expect(skipped(acceptChart("odd/flush"))).toBeNull();
  });

  test.for<[string, Operation, EffectMeta]>([
    ["calls for a part of the request", "read", call("file", "read", "data", "span")],
    ["calls for the interior alone", "discard", call("file", "discard", null, "interior")],
    ["reads into another register", "read", call("file", "read", "old")],
    ["reads into nothing", "read", call("file", "read")],
    ["writes nothing", "write", call("file", "write")],
    ["asks a snapshot into nothing", "read", call("file", "snapshot-read")],
  ])("one that %s is not", ([, operation, effect]) => {
    const chart = forwardChart("odd/odd", "file", operation);
    expect(skipped(replaceEffect(chart, "forwarding", effect))).toBeNull();
  });

  test.for(ERRNOS)("one that keeps %s to itself is not", (errno) => {
    const machine = requestSetup().createMachine({
      id: "odd",
      initial: "calling",
      context: { errno: null },
      states: {
        calling: {
          meta: call("file", "flush"),
          on: {
            DONE: "done",
            FAILED: [
              { guard: ({ event }) => event.errno === errno, target: "done" },
              { target: "failed", actions: "remember" },
            ],
          },
        },
        done: { type: "final", meta: done() },
        failed: { type: "final", meta: failed() },
      },
    });
    expect(skipped(requestChart("odd/flush", machine))).toBeNull();
  });

  test("one that makes every error the same is not", () => {
    const chart = forwardChart("odd/odd", "file", "flush");
    expect(skipped(replaceEffect(chart, "failed", failed("EIO")))).toBeNull();
  });

  test("one that answers a block status of its own is not", () => {
    const chart = forwardChart("odd/odd", "file", "block-status");
    expect(skipped(replaceEffect(chart, "done", done("data")))).toBeNull();
  });

  test("one that moves data on the way is not", () => {
    const machine = requestSetup().createMachine({
      id: "odd",
      initial: "calling",
      context: { errno: null },
      states: {
        calling: {
          meta: call("file", "read", "data"),
          on: {
            DONE: {
              target: "done",
              actions: { type: "move", params: { from: "zero", to: "data" } },
            },
            FAILED: { target: "failed", actions: "remember" },
          },
        },
        done: { type: "final", meta: done() },
        failed: { type: "final", meta: failed() },
      },
    });
    expect(skipped(requestChart("odd/read", machine))).toBeNull();
  });

  test("one that calls twice is not", () => {
    const chart = forwardChart("odd/odd", "file", "flush");
    expect(skipped(replaceEffect(chart, "done", call("file", "flush")))).toBeNull();
  });
});
