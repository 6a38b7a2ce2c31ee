/**
 * The state at a step of a trace: the first state with the differences of all steps up to there.
 *
 * To fold ten thousand steps anew for each one that is shown would be slow, and to keep every state
 * would be large. So a state is kept every so many steps, a key frame as films have it, and what is
 * asked for is folded from the key frame before it. Key frames are made when they are first needed.
 *
 * Position 0 is the beginning; position n is what is true after n steps.
 */
import type { PlayerStep, PlayerTrace, PropertyStatus } from "../../report/site/player-trace.ts";

/** What a property says at some point of a trace. */
export interface Judgement {
  readonly status: PropertyStatus;
  /** which observation failed, in words; empty unless violated */
  readonly why: string;
}

/** What is true at some point of a trace. */
export interface PlayerState {
  /** names and values, those first that were there first */
  readonly facts: ReadonlyMap<string, string>;
  /** by a map's id: for every cluster the position of its state */
  readonly cells: ReadonlyMap<string, readonly number[]>;
  /** in the order of the trace's properties */
  readonly judgements: readonly Judgement[];
}

/** The same while it is folded. */
interface Folding {
  readonly facts: Map<string, string>;
  readonly cells: Map<string, number[]>;
  readonly judgements: Judgement[];
}

function beginning(trace: PlayerTrace): Folding {
  return {
    facts: new Map(trace.facts.map(({ what, value }) => [what, value])),
    cells: new Map(trace.maps.map(({ id, cells }) => [id, [...cells]])),
    judgements: trace.properties.map(({ status }) => ({ status, why: "" })),
  };
}

function copyOf(state: PlayerState): Folding {
  return {
    facts: new Map(state.facts),
    cells: new Map([...state.cells].map(([id, cells]) => [id, [...cells]])),
    judgements: [...state.judgements],
  };
}

/** Makes a state the one after a step. What names no square and no property changes nothing. */
function take(state: Folding, step: PlayerStep): void {
  for (const { what, after } of step.changes) {
    if (after === null) state.facts.delete(what);
    else state.facts.set(what, after);
  }
  for (const { map, cell, state: now } of step.cells) {
    const cells = state.cells.get(map);
    if (cells !== undefined && cell >= 0 && cell < cells.length) cells[cell] = now;
  }
  for (const { property, status, why } of step.judged) {
    if (property < state.judgements.length) state.judgements[property] = { status, why };
  }
}

/** The states of a trace, at any position, each found in at most `every` steps. */
export class StateTrack {
  readonly #steps: readonly PlayerStep[];
  readonly #every: number;
  readonly #frames: PlayerState[];

  /** @param every steps between two key frames, at least 1 */
  constructor(trace: PlayerTrace, every = 64) {
    this.#steps = trace.steps;
    this.#every = every;
    this.#frames = [beginning(trace)];
  }

  /** What is true after that many steps; beyond the end, after the last one. */
  at(position: number): PlayerState {
    const wanted = Math.max(0, Math.min(position, this.#steps.length));
    const frame = Math.floor(wanted / this.#every);
    while (this.#frames.length <= frame) {
      const last = this.#frames.length - 1;
      this.#frames.push(this.#from(last, (last + 1) * this.#every));
    }
    return this.#from(frame, wanted);
  }

  /** Folds from a key frame that is there already. */
  #from(frame: number, position: number): PlayerState {
    const known = this.#frames[frame];
    if (known === undefined) throw new RangeError(`key frame ${frame} was not made yet`);
    const state = copyOf(known);
    for (const step of this.#steps.slice(frame * this.#every, position)) take(state, step);
    return state;
  }
}
