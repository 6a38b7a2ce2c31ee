/**
 * Names in an exported model: the program's own where Promela and C allow them.
 *
 * Node names become preprocessor constants, which are replaced wherever they occur, so that all
 * names of a model are kept apart: two things never share one, whatever they are.
 */

/** Words that mean something to Promela, to C or to the macros of SPIN's verifier. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "active assert atomic auto bit bool break byte c_code c_decl c_expr c_state c_track case cas " +
    "chan char const continue d_step default define do double else empty enabled end enum errno " +
    "eval extern false fi final float for full goto hidden if include init inline int len linux " +
    "local long ltl max mix mtype my nempty never nfull next notrace now od of pc_value pid " +
    "print printf printm priority proctype progress provided rand register return rot run " +
    "select set short show signed sizeof skip static stderr stdin stdout struct switch this " +
    "timeout trace true typedef uchar uint ulong union unix unless unsigned ushort void " +
    "volatile wasnew while xr xs"
  ).split(" "),
);

/** Gives every thing a name of its own. */
export class Names {
  readonly #taken: Set<string>;

  /** @param others names that are used already */
  constructor(others: Names | null = null) {
    this.#taken = new Set(others === null ? RESERVED : others.#taken);
  }

  /** An identifier as close to `wanted` as possible that was not given before. */
  claim(wanted: string): string {
    const letters = wanted.replace(/[^A-Za-z0-9]+/g, "_");
    const base = /^[A-Za-z]/.test(letters) ? letters : `n${letters}`;
    let name = base;
    for (let count = 2; this.#taken.has(name); count++) name = `${base}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Names for all keys, in order. */
export function claimAll(names: Names, wanted: readonly string[]): ReadonlyMap<string, string> {
  return new Map(wanted.map((key) => [key, names.claim(key)]));
}

/** The name of a key that the program must have. */
export function nameOf(names: ReadonlyMap<string, string>, key: string, what: string): string {
  const name = names.get(key);
  if (name === undefined) throw new Error(`internal: a program names ${what} ${key}, but has none`);
  return name;
}
