/**
 * The permission system as a chart: how one command changes the graph while others do I/O
 * (DESIGN section 5).
 *
 * Its guard is the rule: whether a command is ACCEPTED or REFUSED is what src/graph says of the
 * graph that stands then, which is a value, so that the answer is looked up once for every graph
 * and command. What takes time is only the drained section before (src/graph/drained-section.ts):
 * parents are told first, nothing enters any more, and QUIET comes when nothing is under way.
 */
import { emit, setup } from "xstate";
import type { Automaton } from "../chart/automaton.ts";
import { type Chart, stateChart } from "../chart/chart.ts";
import { tabulate } from "../chart/tabulate.ts";
import { BlockgraphError } from "../error.ts";
import type { ChartMutation } from "./system.ts";

/** Under this name mutations change the permission system, as if it were a driver. */
export const PERMISSIONS = "permissions";

type PermissionEvent =
  | { type: "BEGIN" }
  | { type: "QUIET" }
  | { type: "ACCEPTED" }
  | { type: "REFUSED" }
  | { type: "END" };

/** WAIT: until all is quiet; GO: the graph may be changed now. */
const REPLIES = ["WAIT", "GO", "OK"] as const;
type PermissionReply = (typeof REPLIES)[number];

const reply = (type: PermissionReply) => ({ type: "reply", params: { type } }) as const;

const machine = setup({
  types: {} as { events: PermissionEvent; emitted: { type: PermissionReply } },
  actions: { reply: emit((_, params: { type: PermissionReply }) => params) },
}).createMachine({
  id: "permissions",
  initial: "idle",
  states: {
    idle: { on: { BEGIN: { target: "quiescing", actions: reply("WAIT") } } },
    quiescing: { on: { QUIET: { target: "preparing", actions: reply("GO") } } },
    preparing: {
      on: {
        ACCEPTED: { target: "committed", actions: reply("OK") },
        REFUSED: { target: "refused", actions: reply("OK") },
      },
    },
    committed: { on: { END: { target: "idle", actions: reply("OK") } } },
    refused: { on: { END: { target: "idle", actions: reply("OK") } } },
  },
});

const permissionChart: Chart = stateChart("node", "graph/permissions", machine, REPLIES);

/** The chart as tables, with what a mutant makes of it. */
export function permissionAutomaton(mutation: ChartMutation | null): Automaton {
  if (mutation?.driver !== PERMISSIONS) return original;
  const known = mutated.get(mutation);
  if (known !== undefined) return known;
  const { node } = mutation.change({
    cluster: null,
    node: permissionChart,
    requests: {},
    tasks: {},
  });
  const made = tabulate(node ?? permissionChart);
  mutated.set(mutation, made);
  return made;
}

const original = tabulate(permissionChart);
const mutated = new WeakMap<ChartMutation, Automaton>();

/** The permission system while it is in use: where its chart is. */
export class PermissionSystem {
  readonly #automaton: Automaton;
  #state = 0;

  constructor(mutation: ChartMutation | null) {
    this.#automaton = permissionAutomaton(mutation);
  }

  /** @returns whether the graph may be changed at once */
  begin(): boolean {
    return this.#take("BEGIN") === "GO";
  }

  /** Nothing is under way any more. @returns whether the graph may be changed now */
  quiet(): boolean {
    return this.#take("QUIET") === "GO";
  }

  /** The command was answered; the section ends. */
  end(accepted: boolean): void {
    this.#take(accepted ? "ACCEPTED" : "REFUSED");
    this.#take("END");
  }

  /** The process died meanwhile. */
  abandon(): void {
    this.#state = 0;
  }

  #take(event: PermissionEvent["type"]): string {
    const automaton = this.#automaton;
    const index = automaton.event(event);
    const next = automaton.next(this.#state, index);
    if (next < 0) {
      const state = automaton.states[this.#state]?.name ?? "?";
      throw new BlockgraphError(
        "chart-malformed",
        `${automaton.name}, state ${state}: does not handle ${event}`,
      );
    }
    const answer = automaton.replies[automaton.reply(this.#state, index)] ?? "";
    this.#state = next;
    return answer;
  }
}
