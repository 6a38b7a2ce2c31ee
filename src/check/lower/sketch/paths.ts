/**
 * The steps of an actor of a sketch: where the cells may reply differently, paths part; so a path
 * stands for one sequence of replies, and says of itself what happened.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Call } from "../../../chart/effects.ts";
import type { SketchActor } from "../../../system/sketch.ts";
import { asksItsCell } from "../../../system/sketch-path.ts";
import { ActorPaths, type Leg, malformed } from "./actor-paths.ts";
import type { Cells } from "./cells.ts";

export class Paths extends ActorPaths<SketchActor> {
  readonly #cells: Cells;

  /** @param automaton that of the actor's chart, complete */
  constructor(actor: SketchActor, automaton: Automaton, cells: Cells) {
    super(actor, automaton);
    this.#cells = cells;
  }

  protected override legs(state: number, atOnce: boolean): Leg[] {
    const effect = this.automaton.states[state]?.effect;
    const place = `in state ${this.nameOf(state)}`;
    if (effect?.kind === "choose" && effect.what !== "request") {
      if (atOnce) throw malformed(this.actor, `${place} chooses at once; let it rest there`);
      return [this.leg(state, "CHOSEN", effect)];
    }
    if (effect?.kind === "call" && effect.register !== null && isTransfer(effect.operation)) {
      return [this.leg(state, "DONE", effect)];
    }
    if (effect?.kind === "ask" && asksItsCell(effect)) {
      const replies = this.#cells.replies(effect.event);
      if (replies.length > 0) return replies.map((reply) => this.leg(state, reply, effect));
      throw malformed(this.actor, `${place} asks ${effect.event}, to which no cell replies`);
    }
    throw malformed(
      this.actor,
      `${place} does what a sketch cannot; let it choose, ask, read or write`,
    );
  }
}

function isTransfer(operation: Call["operation"]): boolean {
  return operation === "read" || operation === "write";
}
