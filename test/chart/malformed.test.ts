/**
 * A chart that says something no interpreter can do is refused with one line that names the place.
 */
import { describe, expect, test } from "vitest";
import { type AnyStateMachine, assign, createMachine, emit } from "xstate";
import { z } from "zod";
import { type Chart, requestChart, stateChart } from "../../src/chart/chart.ts";
import { call, done, failed } from "../../src/chart/effects.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { refusal } from "../support/refusal.ts";

/** What tabulating all of a chart ends with. */
function complaint(chart: Chart): string {
  return refusal("chart-malformed", () => tabulate(chart).complete());
}

const context = { errno: null };
const final = { type: "final", meta: done() } as const;
const failure = { type: "final", meta: failed() } as const;
const reading = call("file", "read", "data");

function request(states: Parameters<typeof createMachine>[0]["states"], initial: string): Chart {
  return requestChart("odd/read", createMachine({ id: "odd", initial, context, states }));
}

function node(machine: AnyStateMachine): Chart {
  return stateChart("node", "odd/node", machine, ["OK"]);
}

describe("effects", () => {
  test("none at all", () => {
    const chart = request({ idle: { on: { DONE: "done" } }, done: final }, "idle");
    expect(complaint(chart)).toBe("odd/read: state idle has no effect; give it one in its meta");
  });

  test("none in a state that is only found later", () => {
    const chart = request(
      { reading: { meta: reading, on: { DONE: "lost" } }, lost: {} },
      "reading",
    );
    expect(complaint(chart)).toBe("odd/read: state lost has no effect; give it one in its meta");
  });

  test("two, in a state and in the state around it", () => {
    const both = {
      meta: reading,
      initial: "inner",
      states: { inner: { meta: call("target", "flush") } },
    };
    expect(complaint(request({ both }, "both"))).toBe(
      "odd/read: state inner has more than one effect; split it",
    );
  });

  test("two, in states that are active together", () => {
    const machine = createMachine({
      id: "odd",
      type: "parallel",
      context,
      states: { left: { meta: reading }, right: { meta: call("target", "flush") } },
    });
    expect(complaint(requestChart("odd/read", machine))).toBe(
      "odd/read: state left·right has more than one effect; split it",
    );
  });

  test("any, in a chart that only remembers", () => {
    const machine = createMachine({
      id: "odd",
      initial: "open",
      context: {},
      states: { open: { meta: reading } },
    });
    expect(complaint(node(machine))).toBe(
      "odd/node: state open has an effect, which only request charts may have",
    );
  });

  test("an error of the context that nobody remembered", () => {
    const chart = request(
      { reading: { meta: reading, on: { FAILED: "failed" } }, failed: failure },
      "reading",
    );
    expect(complaint(chart)).toBe(
      "odd/read: state failed fails, but no error was remembered; add the action `remember`",
    );
  });
});

describe("replies", () => {
  /** A node chart whose only state does `actions` when it is asked. */
  function asked(...actions: ReturnType<typeof emit>[]): Chart {
    const open = { on: { CHECK: { actions } } };
    return node(createMachine({ id: "odd", initial: "open", context: {}, states: { open } }));
  }
  const ok = emit({ type: "OK" });
  const place = "odd/node, state open, event CHECK:";

  test("one that the chart does not declare", () => {
    expect(complaint(asked(emit({ type: "MAYBE" })))).toBe(
      `${place} replies MAYBE, which the chart does not declare`,
    );
  });

  test("two to one question", () => {
    expect(complaint(asked(ok, ok))).toBe(`${place} replies twice, the second time OK`);
  });

  test("none to a question that is handled", () => {
    const open = { on: { CHECK: "shut" } };
    const machine = createMachine({
      id: "odd",
      initial: "open",
      context: {},
      states: { open, shut: {} },
    });
    expect(complaint(node(machine))).toBe(
      `${place} is handled without a reply; the asker would never go on`,
    );
  });

  test("any, from a request chart", () => {
    const on = { DONE: { target: "done", actions: ok } };
    const chart = request({ reading: { meta: reading, on }, done: final }, "reading");
    expect(complaint(chart)).toBe(
      "odd/read, state reading, event DONE: replies OK, which the chart does not declare",
    );
  });
});

describe("actions", () => {
  test("one that is not in the vocabulary", () => {
    const on = { DONE: { target: "done", actions: "celebrate" } };
    const chart = request({ reading: { meta: reading, on }, done: final }, "reading");
    expect(complaint(chart)).toBe(
      "odd/read, state reading, event DONE: has the action celebrate, " +
        "which is not in the vocabulary",
    );
  });

  test.for([{ from: "data", to: "zero" }, { from: "new", to: "data" }, { from: "data" }, {}])(
    "a move with %j",
    (params) => {
      const on = { DONE: { target: "done", actions: { type: "move", params } } };
      const chart = request({ reading: { meta: reading, on }, done: final }, "reading");
      expect(complaint(chart)).toBe(
        "odd/read, state reading, event DONE: moves between registers that do not exist",
      );
    },
  );
});

test("a chart that begins beyond its bounds is refused at once", () => {
  const machine = createMachine({
    id: "odd",
    initial: "open",
    context: { count: 3 },
    states: { open: {} },
  });
  const bounds = z.strictObject({ count: z.int().max(2) });
  const chart = stateChart("node", "odd/node", machine, [], bounds);
  const message = refusal("chart-out-of-bounds", () => tabulate(chart));
  expect(message).toMatch(/^odd\/node, initial state: count leaves its bounds/);
});

test("a context field that the schema does not know leaves the bounds", () => {
  const grow = assign({ extra: 1 });
  const machine = createMachine({
    id: "odd",
    initial: "open",
    context: {},
    states: { open: { on: { CHECK: { actions: [grow, emit({ type: "OK" })] } } } },
  });
  const automaton = tabulate(node(machine)).complete();
  expect(automaton.outOfBounds(0, automaton.event("CHECK"))?.message).toContain(
    "odd/node, state open, event CHECK: context leaves its bounds",
  );
});
