/**
 * Renumbering things by the letter of what a program says of its symmetries, slowly: what the
 * compiled search does by sorting is held against this.
 */
import type { Layout } from "../../../src/check/layout.ts";
import type { Program, Symmetry } from "../../../src/check/program/program.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";

type Arrays<Value> = Record<string, Value[]>;
export type Renumbering = (state: ProgramState) => ProgramState;

/** Swaps of things whose numbers are next to each other: all renumberings are made of these. */
export function swapsOf({ symmetries }: Program): Renumbering[] {
  return symmetries.flatMap((symmetry) =>
    Array.from({ length: symmetry.size - 1 }, (_, thing) => swap(symmetry, thing, thing + 1)),
  );
}

function swap(symmetry: Symmetry, one: number, other: number): Renumbering {
  const { owned, processes, members, naming } = symmetry;
  return (state) => {
    const fields = copyOf<number>(state.fields);
    const nodes = copyOf<string>(state.nodes);
    for (const { field, stride } of owned) swapStretches(fields[field], one, other, stride);
    for (const { process, stride } of processes) swapStretches(nodes[process], one, other, stride);
    const [left, right] = [members[one], members[other]];
    left?.fields.forEach((name, index) => {
      swapArrays(fields, name, right?.fields[index] ?? "");
    });
    left?.processes.forEach((name, index) => {
      swapArrays(nodes, name, right?.processes[index] ?? "");
    });
    for (const { field, first, each } of naming) {
      const [low, high] = [first + one * each, first + other * each];
      const renamed = (value: number) => (value === low ? high : value === high ? low : value);
      fields[field] = (fields[field] ?? []).map(renamed);
    }
    return { fields, nodes };
  };
}

function copyOf<Value>(arrays: Readonly<Record<string, readonly Value[]>>): Arrays<Value> {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));
}

function swapStretches<Value>(
  values: Value[] | undefined,
  one: number,
  other: number,
  stride: number,
): void {
  if (values === undefined) return;
  const before = [...values];
  for (let at = 0; at < stride; at++) {
    values.splice(one * stride + at, 1, ...before.slice(other * stride + at).slice(0, 1));
    values.splice(other * stride + at, 1, ...before.slice(one * stride + at).slice(0, 1));
  }
}

function swapArrays<Value>(arrays: Arrays<Value>, one: string, other: string): void {
  const [left = [], right = []] = [arrays[one], arrays[other]];
  arrays[one] = right;
  arrays[other] = left;
}

/** Names orbits: two states have the same name if one can be renumbered to be the other. */
export class Orbits {
  readonly #swaps: readonly Renumbering[];
  readonly #layout: Layout;
  readonly #names = new Map<string, string>();

  constructor(program: Program, layout: Layout) {
    this.#swaps = swapsOf(program);
    this.#layout = layout;
  }

  name(state: ProgramState): string {
    const key = this.#layout.pack(state).join();
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const orbit = new Map([[key, state]]);
    for (const member of orbit.values()) {
      for (const swapped of this.#swaps) {
        const next = swapped(member);
        const nextKey = this.#layout.pack(next).join();
        if (!orbit.has(nextKey)) orbit.set(nextKey, next);
      }
    }
    for (const member of orbit.keys()) this.#names.set(member, key);
    return key;
  }
}
