/**
 * The states that somebody visited, as a tree: each was reached from another one by one move.
 *
 * A state is named by its path, so going back and taking the same move again leads to the same
 * state of the tree, and taking another one begins a branch. Nothing is ever taken out.
 */
import { BlockgraphError } from "../../error.ts";

/** A state that was visited. */
export interface Visit<State, Move> {
  /** 0 is where everything began; others are numbered as they were found */
  readonly id: number;
  /** null: the beginning */
  readonly parent: number | null;
  /** moves since the beginning */
  readonly depth: number;
  /** how it was reached; null: it is the beginning */
  readonly move: Move | null;
  readonly state: State;
  /** states reached from here, in the order in which they were found */
  readonly children: readonly number[];
}

interface Entry<State, Move> extends Visit<State, Move> {
  readonly children: number[];
  /** children by the key of the move that leads there */
  readonly known: Map<string, number>;
}

/** States that a tree holds, at the most: more than anybody visits by hand. */
export const MOST_VISITS = 100_000;

export class VisitTree<State, Move> {
  readonly #visits: Entry<State, Move>[] = [];

  constructor(first: State) {
    const children: number[] = [];
    const known = new Map<string, number>();
    this.#visits.push({ id: 0, parent: null, depth: 0, move: null, state: first, children, known });
  }

  get size(): number {
    return this.#visits.length;
  }

  /** @throws BlockgraphError `bad-argument` if nobody was there */
  at(id: number): Visit<State, Move> {
    return this.#entry(id);
  }

  /** Where a move of that key leads, if it was taken from there before. */
  known(from: number, key: string): number | undefined {
    return this.#entry(from).known.get(key);
  }

  /**
   * Notes where a move leads.
   * @param key the same for the same move, and for no other one from that state
   * @returns the state's number: the one that it has if the move was taken before
   */
  add(from: number, key: string, move: Move, state: State): number {
    const parent = this.#entry(from);
    const known = parent.known.get(key);
    if (known !== undefined) return known;
    const id = this.#visits.length;
    if (id >= MOST_VISITS) {
      throw new BlockgraphError(
        "bad-argument",
        `${MOST_VISITS} states were visited already; open the model anew`,
      );
    }
    parent.known.set(key, id);
    parent.children.push(id);
    const depth = parent.depth + 1;
    this.#visits.push({ id, parent: from, depth, move, state, children: [], known: new Map() });
    return id;
  }

  /** The states from the first one after the beginning to that one, in their order. */
  path(to: number): Visit<State, Move>[] {
    const path: Visit<State, Move>[] = [];
    for (let at = this.#entry(to); at.parent !== null; at = this.#entry(at.parent)) path.push(at);
    return path.reverse();
  }

  /** Everything that was visited, in the order in which it was. */
  all(): readonly Visit<State, Move>[] {
    return this.#visits;
  }

  #entry(id: number): Entry<State, Move> {
    const visit = this.#visits[id];
    if (visit !== undefined) return visit;
    throw new BlockgraphError(
      "bad-argument",
      `there is no state ${id}; ${this.#visits.length} were visited, from 0 on`,
    );
  }
}
