/**
 * Operators: which mutants they make of a small driver, by stable names, and what each does.
 */

import { describe, expect, test } from "vitest";
import { emit, setup } from "xstate";
import { type Chart, requestChart, stateChart } from "../../src/chart/chart.ts";
import { askClusters, call, done, failed } from "../../src/chart/effects.ts";
import { answerImpatiently, impatientEvent, mayWait } from "../../src/chart/impatience.ts";
import { type ChartSet, OPERATORS, operatorMutants } from "../../src/chart/mutation-operators.ts";
import { requestSetup } from "../../src/chart/request-setup.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { undoes } from "../../src/chart/undo.ts";
import { path } from "../support/walk.ts";

/** A cluster that is free, or in use by one reader: DRAINED waits until it is free. */
function clusterChart(): Chart {
  const reply = { type: "reply", params: { type: "OK" } } as const;
  const machine = setup({
    types: {} as {
      events: { type: "FREEZE" } | { type: "THAW" } | { type: "DRAINED" };
      emitted: { type: "OK" };
    },
    actions: { reply: emit((_, params: { type: "OK" }) => params) },
  }).createMachine({
    id: "small/cluster",
    initial: "free",
    states: {
      free: { on: { FREEZE: { target: "used", actions: reply }, DRAINED: { actions: reply } } },
      used: { on: { THAW: { target: "free", actions: reply } } },
    },
  });
  return stateChart("cluster", "small/cluster", machine, ["OK"]);
}

function writeChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "small/write",
    initial: "draining",
    context: { errno: null },
    states: {
      draining: { meta: askClusters("DRAINED"), on: { OK: "writing" } },
      writing: {
        meta: call("file", "write", "data"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("small/write", machine);
}

function readChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "small/read",
    initial: "freezing",
    context: { errno: null },
    states: {
      freezing: { meta: askClusters("FREEZE"), on: { OK: "thawing" } },
      thawing: { meta: askClusters("THAW"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart("small/read", machine);
}

const small: ChartSet = {
  cluster: clusterChart(),
  node: null,
  requests: { write: writeChart(), read: readChart() },
  tasks: {},
};
const mutants = operatorMutants(small, ["file", "target"]);

/** The charts with one mutant built in. */
function mutated(name: string): ChartSet {
  const mutant = mutants.find((candidate) => candidate.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant.change(small);
}

function request(charts: ChartSet, operation: string) {
  const chart = charts.requests[operation];
  if (chart === undefined) throw new Error(`there is no chart ${operation}`);
  return tabulate(chart).complete();
}

/** What a state of a request chart does. */
function effectOf(charts: ChartSet, operation: string, state: string) {
  return request(charts, operation).states.find(({ name }) => name === state)?.effect;
}

test("every operator finds what it can break, and names it by what it breaks", () => {
  expect(mutants.map(({ name }) => name)).toEqual([
    "drop-wait write draining as OK",
    "drop-ask write draining as OK",
    "wrong-range write draining over interior",
    "wrong-reply write writing FAILED as DONE",
    "wrong-child write writing calls target",
    "wrong-range write writing over interior",
    "drop-wait read freezing as OK",
    "drop-ask read freezing as OK",
    "swap-effects read freezing and thawing",
    "wrong-range read freezing over interior",
    "drop-wait read thawing as OK",
    "skip-unlock read thawing as OK",
    "wrong-range read thawing over interior",
  ]);
  expect(new Set(mutants.map(({ operator }) => operator))).toEqual(new Set(OPERATORS));
});

test("statements say where and what", () => {
  const statements = mutants.map(({ statement }) => statement);
  expect(statements).toContain("write, draining: DRAINED is not asked; OK is assumed");
  expect(statements).toContain("write, writing: it calls target instead of file");
});

describe("each operator changes one thing", () => {
  test("drop-wait asks by an event that is answered where the other one would wait", () => {
    const charts = mutated("drop-wait write draining as OK");
    expect(effectOf(charts, "write", "draining")).toMatchObject({ event: "DRAINED or OK" });
    const { cluster } = charts;
    expect(cluster && path(tabulate(cluster), "FREEZE", "DRAINED or OK")).toEqual([
      "free",
      "used",
      "used",
    ]);
  });

  test("drop-ask and skip-unlock pass the state by", () => {
    const dropped = request(mutated("drop-ask write draining as OK"), "write");
    expect(dropped.states[0]?.name).toBe("writing");
    const skipped = request(mutated("skip-unlock read thawing as OK"), "read");
    expect(path(skipped, "OK")).toEqual(["freezing", "done"]);
  });

  test("swap-effects exchanges what two states do, and nothing else", () => {
    const charts = mutated("swap-effects read freezing and thawing");
    expect(effectOf(charts, "read", "freezing")).toMatchObject({ event: "THAW" });
    expect(effectOf(charts, "read", "thawing")).toMatchObject({ event: "FREEZE" });
    expect(path(request(charts, "read"), "OK", "OK")).toEqual(["freezing", "thawing", "done"]);
  });

  test("wrong-reply leads one answer where the other leads", () => {
    const charts = mutated("wrong-reply write writing FAILED as DONE");
    expect(path(request(charts, "write"), "OK", "FAILED(EIO)").at(-1)).toBe("done");
  });

  test("a request that would fail without an error is not made", () => {
    expect(mutants.map(({ name }) => name)).not.toContain(
      "wrong-reply write writing DONE as FAILED",
    );
  });

  test("wrong-child and wrong-range change the call's target and its part of the request", () => {
    const strayed = mutated("wrong-child write writing calls target");
    expect(effectOf(strayed, "write", "writing")).toMatchObject({ kind: "call", child: "target" });
    const narrowed = mutated("wrong-range write writing over interior");
    expect(effectOf(narrowed, "write", "writing")).toMatchObject({
      kind: "call",
      over: "interior",
    });
  });

  test("charts without the state, and the original, stay as they were", () => {
    const [mutant] = mutants;
    const other: ChartSet = { cluster: null, node: null, requests: {}, tasks: {} };
    expect(mutant?.change(other)).toEqual(other);
    expect(path(request(small, "write"), "OK", "DONE")).toEqual(["draining", "writing", "done"]);
  });
});

test("what waits and what takes back is found out, not listed", () => {
  const cluster = tabulate(clusterChart()).complete();
  const { events } = cluster;
  expect(events.filter((event) => mayWait(cluster, event))).toEqual(events);
  expect(events.filter((event) => undoes(cluster, event))).toEqual(["THAW"]);
});

test("an impatient chart answers its new event everywhere, and the old ones as before", () => {
  const chart = clusterChart();
  const impatient = tabulate(answerImpatiently(chart, "DRAINED", "OK")).complete();
  expect(mayWait(impatient, impatientEvent("DRAINED", "OK"))).toBe(false);
  for (const event of chart.events) expect(mayWait(impatient, event.type)).toBe(true);
});
