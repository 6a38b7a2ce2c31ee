/**
 * The charts of `null-co` that need more than saying yes: a read hands out zeros.
 */
import { emit, setup } from "xstate";
import { type Chart, requestChart, stateChart } from "../../chart/chart.ts";
import { askNode, done } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

/** A node that is always ready; a read asks it, and gets its zeros on the way. */
export function nodeChart(): Chart {
  const machine = setup({
    types: {} as { events: { type: "SERVE" }; emitted: { type: "OK" } },
    actions: { reply: emit({ type: "OK" }) },
  }).createMachine({
    id: "null-co/node",
    initial: "ready",
    states: { ready: { on: { SERVE: { actions: "reply" } } } },
  });
  return stateChart("node", "null-co/node", machine, ["OK"]);
}

export function zeroReadChart(): Chart {
  const name = "null-co/read";
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "serving",
    context: { errno: null },
    states: {
      serving: {
        meta: askNode("SERVE"),
        on: {
          OK: {
            target: "done",
            actions: { type: "move", params: { from: "zero", to: "data" } },
          },
        },
      },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart(name, machine);
}
