/**
 * The yardstick's exact counts, known from brute force and from other checkers, and the orbits that
 * its symmetries leave.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/check/compile/compile.ts";
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { ProgramState } from "../../../src/check/program/state.ts";
import { count } from "../support/count.ts";
import { type FleeceBounds, fleece, tabledFleece } from "../support/programs.ts";

function bounds([clusters, guests, readers, values]: readonly number[]): FleeceBounds {
  return {
    clusters: clusters ?? 0,
    guests: guests ?? 0,
    readers: readers ?? 0,
    values: values ?? 0,
  };
}

const PLAIN = { symmetry: false, coverage: false };
const REDUCED = { symmetry: true, coverage: false };

test.each([
  [[2, 1, 1, 2], 100, 240],
  [[2, 2, 2, 2], 2_482, 11_640],
  [[3, 2, 2, 2], 18_140, 93_264],
])(
  "clusters, guests, readers, values %j: %d states, %d transitions",
  (size, states, transitions) => {
    const counting = fleece({ ...bounds(size), counts: true });
    for (const program of [fleece(bounds(size)), counting, tabledFleece(bounds(size))]) {
      const { kernel } = compileProgram(program, PLAIN);
      expect(count(kernel)).toMatchObject({ states, transitions, broken: null });
    }
  },
);

test.each([
  [[4, 3, 2, 2], 8_908, 31],
  [[4, 3, 3, 2], 20_879, 32],
  [[4, 4, 2, 2], 34_506, 34],
])("with symmetry, %j: %d states, depth %d", (size, states, depth) => {
  const { kernel } = compileProgram(fleece({ ...bounds(size), symmetric: true }), REDUCED);
  expect(count(kernel)).toMatchObject({ states, depth, broken: null });
});

test.each([PLAIN, REDUCED])("a guest that does not drain is found after 7 steps, %j", (options) => {
  const program = fleece({ ...bounds([2, 2, 2, 2]), drains: false, symmetric: true });
  expect(count(compileProgram(program, options).kernel).broken).toBe(7);
});

test("the yardstick takes two words at 4 clusters, 4 guests, 2 readers", () => {
  const program = fleece({ ...bounds([4, 4, 2, 2]), symmetric: true });
  expect(compileProgram(program, REDUCED).kernel.words).toBe(2);
});

/** The same state with clusters, guests and readers renumbered. */
function renumbered(
  { fields, nodes }: ProgramState,
  [clusters = [], guests = [], readers = []]: readonly (readonly number[])[],
): ProgramState {
  const moved = <Item>(items: readonly Item[] | undefined, by: readonly number[]): Item[] =>
    (items ?? []).map((_, place) => items?.[by.indexOf(place)] ?? raise());
  const named = (values: readonly number[] | undefined, by: readonly number[]) =>
    moved(values, by).map((value) => clusters[value] ?? value);
  return {
    fields: {
      disk: moved(fields.disk, clusters),
      cache: moved(fields.cache, clusters),
      copy: moved(fields.copy, clusters),
      frozen: moved(fields.frozen, clusters),
      "guest.cluster": named(fields["guest.cluster"], guests),
      "guest.value": moved(fields["guest.value"], guests),
      "guest.old": moved(fields["guest.old"], guests),
      "reader.cluster": named(fields["reader.cluster"], readers),
    },
    nodes: { guest: moved(nodes.guest, guests), reader: moved(nodes.reader, readers) },
  };
}

function raise(): never {
  throw new Error("not a permutation");
}

function permutation(size: number): fc.Arbitrary<number[]> {
  const all = Array.from({ length: size }, (_, index) => index);
  return fc.shuffledSubarray(all, { minLength: size, maxLength: size });
}

test.each([[[3, 3, 2, 3]], [[4, 2, 3, 2]]])(
  "renumbering things of a reachable state leaves its canonical form alone, %j",
  (size) => {
    const program = fleece({ ...bounds(size), drains: false, counts: true, symmetric: true });
    const { kernel, layout } = compileProgram(program, REDUCED);
    const runnable = instantiate(kernel);
    const orders = fc.tuple(...size.slice(0, 3).map(permutation));
    const walks = fc.array(fc.nat(1000), { maxLength: 40 });
    fc.assert(
      fc.property(walks, orders, (choices, order) => {
        let state = initialState(program);
        for (const choice of choices) {
          const next = successorsOf(program, state);
          state = next[choice % next.length]?.state ?? state;
        }
        const canonical = runnable.present(layout.pack(state));
        expect(runnable.present(layout.pack(renumbered(state, order)))).toEqual(canonical);
        expect(runnable.present(canonical)).toEqual(canonical);
      }),
    );
  },
);
