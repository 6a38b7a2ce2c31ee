/**
 * Steps of an actor, whatever its chart may do: ways over the chart's transitions from one rest to
 * the next. A way ends in the first state that is not passed through at once. Where there are
 * several legs out of a state, ways part.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Effect } from "../../../chart/effects.ts";
import { BlockgraphError } from "../../../error.ts";
import type { SketchActor } from "../../../system/sketch.ts";

/** One transition of an actor's chart. */
export interface Leg {
  /** indices into the actor's automaton */
  readonly state: number;
  readonly event: number;
  readonly next: number;
  readonly effect: Effect;
  /** name of the event */
  readonly answer: string;
}

/** The legs of a step; at least one. */
export type Path = readonly Leg[];

/** The error of an actor whose chart cannot be part of a sketch. */
export function malformed(actor: Pick<SketchActor, "chart">, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${actor.chart.name}: ${problem}`);
}

export abstract class ActorPaths<Actor extends Pick<SketchActor, "chart" | "atOnce">> {
  protected readonly actor: Actor;
  protected readonly automaton: Automaton;

  /**
   * @param automaton that of the actor's chart, complete
   * @throws BlockgraphError `chart-malformed` if it does not begin with a choice, or passes through
   * states that it has not
   */
  constructor(actor: Actor, automaton: Automaton) {
    this.actor = actor;
    this.automaton = automaton;
    for (const name of actor.atOnce) {
      if (actor.chart.machine.config.states?.[name] !== undefined) continue;
      throw malformed(actor, `there is no state ${name} to pass through; leave it out`);
    }
    if (automaton.states[0]?.effect?.kind !== "choose" || this.#isAtOnce(0)) {
      throw malformed(actor, "does not begin with a choice; a request begins with one");
    }
  }

  /** States in which steps begin and end. */
  get rests(): number[] {
    return [...this.automaton.states.keys()].filter((state) => !this.#isAtOnce(state));
  }

  /**
   * @throws BlockgraphError `chart-malformed` if the chart does what such actors cannot, ignores a
   *   reply, or goes round in circles without a rest
   */
  from(rest: number): Path[] {
    return this.#continue(rest, []);
  }

  /**
   * The legs out of a state.
   * @param atOnce whether it is passed through
   */
  protected abstract legs(state: number, atOnce: boolean): Leg[];

  protected nameOf(state: number): string {
    return this.automaton.states[state]?.name ?? "";
  }

  /** The leg that an answer leads along. */
  protected leg(state: number, answer: string, effect: Effect): Leg {
    const event = this.automaton.event(answer);
    const next = event === -1 ? -1 : this.automaton.next(state, event);
    if (next !== -1) return { state, event, next, effect, answer };
    const problem = `state ${this.nameOf(state)} does not say what follows ${answer}`;
    throw malformed(this.actor, problem);
  }

  #isAtOnce(state: number): boolean {
    return this.actor.atOnce.includes(this.nameOf(state));
  }

  #continue(state: number, before: Path): Path[] {
    if (before.length > this.automaton.states.length) {
      throw malformed(this.actor, `never rests after state ${this.nameOf(state)}`);
    }
    return this.legs(state, before.length > 0).flatMap((leg) => {
      const path = [...before, leg];
      return this.#isAtOnce(leg.next) ? this.#continue(leg.next, path) : [path];
    });
  }
}
