/**
 * Which way an actor of a sketch goes in one step: from the rest where it stands to the next.
 *
 * No value decides anything in a chart, and a step happens at one address. So the way follows from
 * where the actor stands and the state of one cell, and can be found before anything is moved.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { Ask, Register } from "../chart/effects.ts";
import type { Move } from "../chart/request-setup.ts";
import { BlockgraphError } from "../error.ts";
import type { SketchActor } from "./sketch.ts";

/** What one transition does to data: first the call, if there is one, then the moves. */
export interface SketchLeg {
  readonly call: {
    readonly store: string;
    readonly operation: "read" | "write";
    readonly register: Register;
  } | null;
  readonly moves: readonly Move[];
}

export type SketchPath =
  | {
      readonly kind: "goes";
      /** events of the transitions */
      readonly events: readonly string[];
      readonly legs: readonly SketchLeg[];
      /** states of actor and cell afterwards */
      readonly state: number;
      readonly cell: number;
    }
  | { readonly kind: "waits" }
  | {
      /** it leaves the bounds of a chart, after these events */
      readonly kind: "beyond";
      readonly events: readonly string[];
      readonly error: BlockgraphError;
    };

/**
 * @param from the actor's automaton and its state in it
 * @param cells automaton of the cells
 * @param cell state of the cell at the address
 * @throws BlockgraphError `chart-malformed` if the chart does what a sketch cannot
 */
export function sketchPath(
  actor: SketchActor,
  from: { readonly automaton: Automaton; readonly state: number },
  cells: Automaton,
  cell: number,
): SketchPath {
  const { automaton } = from;
  const events: string[] = [];
  const legs: SketchLeg[] = [];
  let [state, kept] = [from.state, cell];
  do {
    if (events.length > automaton.states.length) throw malformed(actor, "never rests");
    const effect = automaton.states[state]?.effect;
    let event = effect?.kind === "choose" ? "CHOSEN" : "DONE";
    if (effect?.kind === "ask" && asksItsCell(effect)) {
      const answer = answerOf(effect, cells, kept);
      if (answer === "waits" && events.length === 0) return { kind: "waits" };
      if (answer === "waits") return beyond(events, stuck(actor, effect.event));
      if (answer instanceof BlockgraphError) return beyond(events, answer);
      event = answer.reply;
      kept = answer.next;
    }
    const taken = automaton.event(event);
    const next = taken === -1 ? -1 : automaton.next(state, taken);
    if (next === -1) throw malformed(actor, `does not say what follows ${event}`);
    events.push(event);
    legs.push({ call: callOf(actor, automaton, state), moves: automaton.moves(state, taken) });
    state = next;
  } while (actor.atOnce.includes(automaton.states[state]?.name ?? ""));
  return { kind: "goes", events, legs, state, cell: kept };
}

/** Whether the cell at the chosen address is asked, and nobody else: all that a sketch can. */
export function asksItsCell({ chart, run, over }: Ask): boolean {
  return chart === "cluster" && !run && over !== "any" && over !== "all";
}

function answerOf(
  { event }: Ask,
  cells: Automaton,
  cell: number,
): { reply: string; next: number } | "waits" | BlockgraphError {
  const asked = cells.event(event);
  if (asked === -1) return "waits";
  const error = cells.outOfBounds(cell, asked);
  if (error !== null) return error;
  const next = cells.next(cell, asked);
  const reply = next === -1 ? undefined : cells.replies[cells.reply(cell, asked)];
  return reply === undefined ? "waits" : { reply, next };
}

function callOf(actor: SketchActor, automaton: Automaton, state: number): SketchLeg["call"] {
  const effect = automaton.states[state]?.effect;
  if (effect?.kind === "ask" && asksItsCell(effect)) return null;
  if (effect?.kind === "choose") return null;
  if (effect?.kind === "call" && effect.register !== null) {
    const { child: store, operation, register } = effect;
    if (operation === "read" || operation === "write") return { store, operation, register };
  }
  const place = automaton.states[state]?.name;
  throw malformed(actor, `state ${place} does what a sketch cannot; let it ask, read or write`);
}

function beyond(events: readonly string[], error: BlockgraphError): SketchPath {
  return { kind: "beyond", events, error };
}

function stuck(actor: SketchActor, event: string): BlockgraphError {
  return new BlockgraphError(
    "chart-out-of-bounds",
    `${actor.chart.name} cannot go on at once: ${event} is not taken there; let it rest before`,
  );
}

function malformed(actor: SketchActor, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${actor.chart.name}: ${problem}`);
}
