/**
 * What an actor must remember while it rests, and in how few values.
 *
 * An actor has the registers of its chart and the chosen address. One that will be overwritten
 * before it is used again need not be remembered: states that differ in it only have the same
 * future. That is the usual analysis of live variables, backwards over the chart's transitions.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Effect, Register } from "../../../chart/effects.ts";
import type { SketchActor } from "../../../system/sketch.ts";
import { handledPairs } from "./cells.ts";

/** What an actor can remember. */
export type Variable = Register | "address";

const REGISTERS: readonly Register[] = ["data", "old"];

export class Registers {
  readonly #live: readonly ReadonlySet<Variable>[];
  readonly #mayBeZero: ReadonlySet<Register>;

  constructor(actor: SketchActor, automaton: Automaton) {
    this.#live = liveVariables(actor, automaton);
    this.#mayBeZero = zeroes(automaton);
  }

  /** Whether a variable is used after `state` before it is overwritten. */
  isLive(variable: Variable, state: number): boolean {
    return this.#live[state]?.has(variable) ?? false;
  }

  /**
   * The least value that a register ever holds while it counts: 1 if it only gets what was chosen,
   * for a chosen value is never 0.
   */
  least(register: Register): 0 | 1 {
    return this.#mayBeZero.has(register) ? 0 : 1;
  }

  /** Registers that must be remembered in some of these states. */
  remembered(states: readonly number[]): Register[] {
    return REGISTERS.filter((register) => states.some((state) => this.isLive(register, state)));
  }
}

/** For each state, what is used from there on: the least sets that the transitions allow. */
function liveVariables(actor: SketchActor, automaton: Automaton): Set<Variable>[] {
  const live = automaton.states.map(() => new Set<Variable>());
  const transitions = handledPairs(automaton).map(({ state, event }) => ({
    state,
    next: automaton.next(state, event),
    moves: automaton.moves(state, event),
  }));
  let grew = true;
  while (grew) {
    grew = false;
    for (const { state, next, moves } of transitions) {
      const after = new Set(live[next]);
      if (next === 0 && actor.view !== null) after.add("data");
      for (const { from, to } of [...moves].reverse()) {
        if (after.delete(to) && from !== "zero") after.add(from);
      }
      const { uses, sets } = accessOf(automaton.states[state]?.effect ?? null);
      for (const variable of sets) after.delete(variable);
      for (const variable of [...after, ...uses]) {
        if (live[state]?.has(variable) === false) {
          live[state]?.add(variable);
          grew = true;
        }
      }
    }
  }
  return live;
}

function accessOf(effect: Effect | null): { uses: Variable[]; sets: Variable[] } {
  if (effect?.kind === "choose") {
    return { uses: [], sets: effect.what === "address" ? ["address"] : ["address", "data"] };
  }
  if (effect?.kind === "call" && effect.register !== null) {
    return effect.operation === "read"
      ? { uses: ["address"], sets: [effect.register] }
      : { uses: ["address", effect.register], sets: [] };
  }
  return { uses: effect?.kind === "ask" ? ["address"] : [], sets: [] };
}

/** Registers that a store's value or a zero may get into. */
function zeroes(automaton: Automaton): Set<Register> {
  const found = new Set<Register>();
  for (const { effect } of automaton.states) {
    if (effect?.kind === "call" && effect.operation === "read" && effect.register !== null) {
      found.add(effect.register);
    }
  }
  const moves = handledPairs(automaton).flatMap(({ state, event }) =>
    automaton.moves(state, event),
  );
  for (const { to } of moves.filter((move) => move.from === "zero")) found.add(to);
  // As often as there are registers: a value takes no more moves to get anywhere.
  for (const _ of REGISTERS) {
    for (const { from, to } of moves) if (from !== "zero" && found.has(from)) found.add(to);
  }
  return found;
}
