/**
 * The steps of an actor: every way from one rest of its chart to the next.
 *
 * A step is a path over the chart's transitions. It ends in the first state that is not passed
 * through at once. Where the cells may reply differently, paths part; so a path stands for one
 * sequence of replies, and says of itself what happened.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Call, Effect } from "../../../chart/effects.ts";
import { BlockgraphError } from "../../../error.ts";
import type { SketchActor } from "../../../system/sketch.ts";
import { asksItsCell } from "../../../system/sketch-path.ts";
import type { Cells } from "./cells.ts";

/** One transition of an actor's chart. */
export interface Leg {
  /** indices into the actor's automaton */
  readonly state: number;
  readonly event: number;
  readonly next: number;
  readonly effect: Effect;
}

/** The legs of a step; at least one. */
export type Path = readonly Leg[];

export class Paths {
  readonly #actor: SketchActor;
  readonly #automaton: Automaton;
  readonly #cells: Cells;

  /** @param automaton that of the actor's chart, complete */
  constructor(actor: SketchActor, automaton: Automaton, cells: Cells) {
    this.#actor = actor;
    this.#automaton = automaton;
    this.#cells = cells;
    for (const name of actor.atOnce) {
      if (actor.chart.machine.config.states?.[name] === undefined) {
        throw malformed(actor, `there is no state ${name} to pass through; leave it out`);
      }
    }
    if (automaton.states[0]?.effect?.kind !== "choose" || this.#isAtOnce(0)) {
      throw malformed(actor, "does not begin with a choice; a request begins with one");
    }
  }

  /** States in which steps begin and end. */
  get rests(): number[] {
    return [...this.#automaton.states.keys()].filter((state) => !this.#isAtOnce(state));
  }

  /**
   * @throws BlockgraphError `chart-malformed` if the chart does what sketches cannot, ignores a
   *   reply, or goes round in circles without a rest
   */
  from(rest: number): Path[] {
    return this.#continue(rest, []);
  }

  #isAtOnce(state: number): boolean {
    return this.#actor.atOnce.includes(this.#nameOf(state));
  }

  #nameOf(state: number): string {
    return this.#automaton.states[state]?.name ?? "";
  }

  #continue(state: number, before: Path): Path[] {
    if (before.length > this.#automaton.states.length) {
      throw malformed(this.#actor, `never rests after state ${this.#nameOf(state)}`);
    }
    return this.#legs(state, before.length > 0).flatMap((leg) => {
      const path = [...before, leg];
      return this.#isAtOnce(leg.next) ? this.#continue(leg.next, path) : [path];
    });
  }

  #legs(state: number, atOnce: boolean): Leg[] {
    const effect = this.#automaton.states[state]?.effect;
    const place = `in state ${this.#nameOf(state)}`;
    if (effect?.kind === "choose" && effect.what !== "request") {
      if (atOnce) throw malformed(this.#actor, `${place} chooses at once; let it rest there`);
      return [this.#leg(state, "CHOSEN", effect)];
    }
    if (effect?.kind === "call" && effect.register !== null && isTransfer(effect.operation)) {
      return [this.#leg(state, "DONE", effect)];
    }
    if (effect?.kind === "ask" && asksItsCell(effect)) {
      const replies = this.#cells.replies(effect.event);
      if (replies.length > 0) return replies.map((reply) => this.#leg(state, reply, effect));
      throw malformed(this.#actor, `${place} asks ${effect.event}, to which no cell replies`);
    }
    throw malformed(
      this.#actor,
      `${place} does what a sketch cannot; let it choose, ask, read or write`,
    );
  }

  #leg(state: number, name: string, effect: Effect): Leg {
    const event = this.#automaton.event(name);
    const next = event === -1 ? -1 : this.#automaton.next(state, event);
    if (next !== -1) return { state, event, next, effect };
    throw malformed(this.#actor, `state ${this.#nameOf(state)} does not say what follows ${name}`);
  }
}

function isTransfer(operation: Call["operation"]): boolean {
  return operation === "read" || operation === "write";
}

/** The error of an actor whose chart cannot be part of a sketch. */
export function malformed(actor: SketchActor, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${actor.chart.name}: ${problem}`);
}
