/**
 * How the symmetries of a program can be used: what each thing consists of in a packed state, and
 * by which of two ways the representative of an orbit is found.
 *
 * *Unnamed* groups (guests, readers: no field has their numbers) are simply sorted. *Named* ones
 * need more, since renumbering them changes the fields that name them. If only one group is named,
 * its things name nothing, no two groups share an element, and every other thing names at most one
 * of them, then a named thing is told apart by what it owns and by the multiset of the things that
 * name it; two of them alike in that can be swapped without a difference, so sorting by it is
 * exact. In all other cases every permutation of the named groups is tried, the others are sorted
 * in each, inner ones first, and the least state is taken.
 */
import { BlockgraphError } from "../../error.ts";
import type { Layout, PackedArray } from "../layout.ts";
import type { Program, Symmetry } from "../program/program.ts";
import { type Naming, nameCodes } from "./naming.ts";
import { refuseSharing } from "./sharing.ts";
import { type Group, type Part, partsOutside } from "./things.ts";
import { known } from "./unit.ts";

export interface SymmetryPlan {
  /** in the program's order: inner groups before those whose things contain theirs */
  readonly groups: readonly Group[];
  /** naming elements that no named thing owns, each the part of a thing of its own */
  readonly renamed: readonly Part[];
  /** those of them that no thing owns at all */
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
  const naming = namingOf(program, layout);
  const groups = program.symmetries.map((group) => groupOf(group, layout, naming));
  const shared = refuseSharing(program.name, groups);
  const all = [...naming].flatMap(([field, names]) => {
    const array = known(layout.fields.get(field), field);
    return Array.from({ length: array.count }, (_, at): Part => {
      return { places: [{ array, at }], width: array.width, names };
    });
  });
  const renamed = partsOutside(
    all,
    groups.filter((group) => group.named),
  );
  const loose = partsOutside(all, groups);
  const hub = groups.findIndex(({ named }) => named);
  if (!shared && isStar(groups, hub)) return { groups, renamed, loose, hub: Math.max(0, hub) };
  const permutations = groups
    .filter(({ named }) => named)
    .reduce((product, { size }) => product * factorial(size), 1);
  if (permutations <= PERMUTATIONS_MOST) return { groups, renamed, loose, hub: null };
  throw new BlockgraphError(
    "symmetry-impossible",
    `${program.name}: its symmetries have ${permutations} permutations, more than ` +
      `${PERMUTATIONS_MOST}; check it with --symmetry off or with smaller bounds`,
  );
}

/** What the values of each naming field stand for. */
function namingOf(program: Program, layout: Layout): Map<string, Naming> {
  const naming = new Map<string, Naming>();
  for (const [group, { size, naming: fields }] of program.symmetries.entries()) {
    for (const { field, first, each } of fields) {
      if (naming.has(field)) {
        throw new BlockgraphError(
          "symmetry-impossible",
          `${program.name}: field ${field} names things of two symmetries; ` +
            "check it with --symmetry off",
        );
      }
      const { width } = known(layout.fields.get(field), field);
      naming.set(field, { group, ...nameCodes({ size, first, each }, width) });
    }
  }
  return naming;
}

function groupOf(group: Symmetry, layout: Layout, naming: ReadonlyMap<string, Naming>): Group {
  const restArray = (name: string) => known(layout.rests.get(name), name);
  const fieldArray = (name: string) => known(layout.fields.get(name), name);
  const [first] = group.members;
  const parts = [
    ...group.processes.flatMap(({ process, stride }) =>
      stretches(restArray(process), stride, group.size, null),
    ),
    ...(first?.processes ?? []).flatMap((_, index) =>
      wholes(group.members.map(({ processes }) => restArray(processes[index] ?? ""))),
    ),
    ...group.owned.flatMap(({ field, stride }) =>
      stretches(fieldArray(field), stride, group.size, naming.get(field) ?? null),
    ),
    ...(first?.fields ?? []).flatMap((name, index) =>
      wholes(
        group.members.map(({ fields }) => fieldArray(fields[index] ?? "")),
        naming.get(name),
      ),
    ),
  ].filter(({ width }) => width > 0);
  const order = [
    ...parts.filter(({ names }) => names === null),
    ...parts.filter(({ names }) => names !== null),
  ];
  return { name: group.name, size: group.size, parts: order, named: group.naming.length > 0 };
}

/** Parts of an array of which thing i owns elements [i * stride, (i + 1) * stride). */
function stretches(array: PackedArray, stride: number, size: number, names: Naming | null): Part[] {
  return Array.from({ length: stride }, (_, offset) => ({
    places: Array.from({ length: size }, (__, thing) => ({ array, at: thing * stride + offset })),
    width: array.width,
    names,
  }));
}

/** Parts of arrays of which thing i owns the i-th as a whole. */
function wholes(arrays: readonly PackedArray[], names: Naming | null = null): Part[] {
  const [first] = arrays;
  return Array.from({ length: first?.count ?? 0 }, (_, at) => ({
    places: arrays.map((array) => ({ array, at })),
    width: first?.width ?? 0,
    names,
  }));
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
