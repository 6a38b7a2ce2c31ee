/**
 * How the symmetries of a program can be used: what each thing consists of in a packed state, and
 * by which of two ways the representative of an orbit is found.
 *
 * *Unnamed* groups (guests, readers: no field has their numbers) are simply sorted. *Named* ones
 * need more, since renumbering them changes the fields that name them. If only one group is named,
 * its things name nothing, and every other thing names at most one of them, then a named thing is
 * told apart by what it owns and by the multiset of the things that name it; two of them alike in
 * that can be swapped without a difference, so sorting by it is exact. In all other cases every
 * permutation of the named groups is tried and the least state taken.
 */
import { BlockgraphError } from "../../error.ts";
import type { Layout, PackedArray } from "../layout.ts";
import type { Program, Symmetry } from "../program/program.ts";
import { known } from "./unit.ts";

/** One element that a thing owns. */
export interface Part {
  readonly array: PackedArray;
  /** thing i owns element i * stride + offset */
  readonly stride: number;
  readonly offset: number;
  /** index of the group whose things this element names; null: it is just a number */
  readonly names: number | null;
}

export interface Group {
  readonly name: string;
  readonly size: number;
  /** parts that name things come last */
  readonly parts: readonly Part[];
  readonly named: boolean;
}

export interface SymmetryPlan {
  readonly groups: readonly Group[];
  /** naming fields that no thing owns; their elements are parts of "thing 0" */
  readonly loose: readonly Part[];
  /** the single named group that sorting is exact for; null: permutations are tried */
  readonly hub: number | null;
}

/** Tried permutations, at the most. */
const PERMUTATIONS_MOST = 5040;
/** Signatures count the namers of each kind: (things + 1) ** things has to fit 31 bits. */
const NAMERS_MOST = 9;

/** @throws BlockgraphError `symmetry-impossible` */
export function symmetryPlan(program: Program, layout: Layout): SymmetryPlan {
  refuseTwiceOwned(program);
  const naming = new Map(
    program.symmetries.flatMap((group, index) => group.naming.map((field) => [field, index])),
  );
  const groups = program.symmetries.map((group) => groupOf(group, layout, naming));
  const owned = new Set(program.symmetries.flatMap((group) => group.owned.map((of) => of.field)));
  const loose = [...naming]
    .filter(([field]) => !owned.has(field))
    .flatMap(([field, names]) => {
      const array = known(layout.fields.get(field), field);
      return partsOf(array, array.count, names);
    });
  const hub = groups.findIndex(({ named }) => named);
  if (loose.length === 0 && isStar(groups, hub)) return { groups, loose, hub: Math.max(0, hub) };
  const permutations = groups
    .filter(({ named }) => named)
    .reduce((product, { size }) => product * factorial(size), 1);
  if (permutations <= PERMUTATIONS_MOST) return { groups, loose, hub: null };
  throw new BlockgraphError(
    "symmetry-impossible",
    `${program.name}: its symmetries have ${permutations} permutations, more than ` +
      `${PERMUTATIONS_MOST}; check it with --symmetry off or with smaller bounds`,
  );
}

function refuseTwiceOwned(program: Program): void {
  const seen = new Set<string>();
  for (const { name, owned, processes, naming } of program.symmetries) {
    const things = [
      ...owned.map(({ field }) => `field ${field}`),
      ...processes.map(({ process }) => `process ${process}`),
      ...naming.map((field) => `naming field ${field}`),
    ];
    for (const thing of things) {
      if (seen.has(thing)) {
        throw new BlockgraphError(
          "symmetry-impossible",
          `${program.name}: ${thing} belongs to ${name} and to another symmetry; ` +
            "check it with --symmetry off",
        );
      }
      seen.add(thing);
    }
  }
}

function groupOf(group: Symmetry, layout: Layout, naming: ReadonlyMap<string, number>): Group {
  const rests = group.processes.flatMap(({ process, stride }) =>
    partsOf(known(layout.rests.get(process), process), stride, null),
  );
  const fields = group.owned.flatMap(({ field, stride }) =>
    partsOf(known(layout.fields.get(field), field), stride, naming.get(field) ?? null),
  );
  const parts = [...rests, ...fields].filter(({ array }) => array.width > 0);
  const order = [
    ...parts.filter(({ names }) => names === null),
    ...parts.filter(({ names }) => names !== null),
  ];
  return { name: group.name, size: group.size, parts: order, named: group.naming.length > 0 };
}

function partsOf(array: PackedArray, stride: number, names: number | null): Part[] {
  return Array.from({ length: stride }, (_, offset) => ({ array, stride, offset, names }));
}

/** Whether sorting is exact: see the head of this file. */
function isStar(groups: readonly Group[], hub: number): boolean {
  return groups.every(({ parts, size, named }, index) => {
    const names = parts.filter((part) => part.names !== null).length;
    if (named && index !== hub) return false;
    return index === hub ? names === 0 : names === 0 || (names === 1 && size <= NAMERS_MOST);
  });
}

function factorial(of: number): number {
  return of <= 1 ? 1 : of * factorial(of - 1);
}
