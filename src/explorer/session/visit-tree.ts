/**
 * The states that somebody visited, as a tree: each was reached from another one by one move.
 *
 * A state is known by its path, so going back and taking the same move again leads to the same
 * state of the tree, and taking another one begins a branch. A branch can be given a name, and be
 * taken out; numbers are never used again.
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
  /** the key of the move; empty: it is the beginning */
  readonly key: string;
  /** what somebody calls it; null: nobody gave it a name */
  readonly name: string | null;
}

interface Entry<State, Move> extends Visit<State, Move> {
  name: string | null;
  /** states reached from here by the key of the move that leads there */
  readonly known: Map<string, number>;
}

/** States that a tree holds, at the most: more than anybody visits by hand. */
export const MOST_VISITS = 100_000;

export class VisitTree<State, Move> {
  readonly #visits = new Map<number, Entry<State, Move>>();
  #next = 0;

  constructor(first: State) {
    this.#put({ parent: null, depth: 0, move: null, key: "", state: first });
  }

  get size(): number {
    return this.#visits.size;
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
    if (this.size >= MOST_VISITS) {
      throw new BlockgraphError(
        "bad-argument",
        `${MOST_VISITS} states were visited already; delete a branch, or open the model anew`,
      );
    }
    const id = this.#put({ parent: from, depth: parent.depth + 1, move, key, state });
    parent.known.set(key, id);
    return id;
  }

  /** @param name null: none any more */
  rename(id: number, name: string | null): void {
    this.#entry(id).name = name;
  }

  /**
   * Takes a state out, with all that was reached from it.
   * @returns the state that it was reached from
   * @throws BlockgraphError `bad-argument` for the beginning, or if nobody was there
   */
  remove(id: number): number {
    const { parent, key } = this.#entry(id);
    if (parent === null) {
      throw new BlockgraphError("bad-argument", "the beginning cannot be deleted; delete a branch");
    }
    this.#visits.get(parent)?.known.delete(key);
    const leaving = [id];
    for (const each of leaving) {
      leaving.push(...(this.#visits.get(each)?.known.values() ?? []));
      this.#visits.delete(each);
    }
    return parent;
  }

  /** The states from the first one after the beginning to that one, in their order. */
  path(to: number): Visit<State, Move>[] {
    const path: Visit<State, Move>[] = [];
    for (let at = this.#entry(to); at.parent !== null; at = this.#entry(at.parent)) path.push(at);
    return path.reverse();
  }

  /** Everything that was visited, in the order in which it was. */
  all(): readonly Visit<State, Move>[] {
    return [...this.#visits.values()];
  }

  #put(visit: Omit<Visit<State, Move>, "id" | "name">): number {
    const id = this.#next++;
    this.#visits.set(id, { ...visit, id, name: null, known: new Map() });
    return id;
  }

  #entry(id: number): Entry<State, Move> {
    const visit = this.#visits.get(id);
    if (visit !== undefined) return visit;
    const why = id < this.#next ? "it was deleted" : `${this.#next} were visited, from 0 on`;
    throw new BlockgraphError("bad-argument", `there is no state ${id}; ${why}`);
  }
}
