/**
 * What an actor does, as a chart: choose a request, wait for its end, choose the next.
 *
 * An actor with depth 4 is four of these. Choosing is the environment's branching point: simulator
 * and runs let the schedule draw, a checker takes every request there is. `entry` is the device or
 * export that the actor uses, and `chosen` the operation of the request that was chosen.
 */
import type { Automaton } from "../chart/automaton.ts";
import { requestChart } from "../chart/chart.ts";
import { call, choose, done } from "../chart/effects.ts";
import { requestSetup } from "../chart/request-setup.ts";
import { tabulate } from "../chart/tabulate.ts";

const machine = requestSetup().createMachine({
  id: "actor",
  initial: "choosing",
  context: { errno: null },
  states: {
    choosing: { meta: choose(), on: { CHOSEN: "waiting", NONE: "finished" } },
    waiting: {
      meta: call("entry", "chosen", "data"),
      on: { DONE: "choosing", DATA: "choosing", ZERO: "choosing", FAILED: "choosing" },
    },
    finished: { type: "final", meta: done() },
  },
});

/** Its tables; state 0 is choosing. */
export const actorAutomaton: Automaton = tabulate(requestChart("actor", machine));
