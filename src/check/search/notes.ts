/**
 * What threads note down when something is wrong, and which of it is reported.
 *
 * For each kind of fault a thread keeps one note, the first in an order that does not depend on who
 * found it: the nearest to the initial state, and there the one whose state comes first, word by
 * word. So any number of threads report the same.
 */
import type { Kernel } from "../kernel.ts";
import { at, type Store, stateOf } from "./store.ts";

/** What is wrong with a step or a state. */
export interface Fault {
  readonly kind: "property" | "deadlock" | "bounds";
  /** number of the property; -1 for other kinds */
  readonly property: number;
  /** number of the failure, for `bounds`; else -1 */
  readonly failure: number;
}

/** A note: a fault, and where it is. */
export interface Note extends Fault {
  readonly level: number;
  readonly id: number;
  /** whether the state itself is at fault; else it is a step from there */
  readonly inState: boolean;
}

/** Faults by the number that generated code uses: properties, deadlock, failures. */
function faults(kernel: Kernel): Fault[] {
  return [
    ...kernel.properties.map((_, property) => ({
      kind: "property" as const,
      property,
      failure: -1,
    })),
    { kind: "deadlock", property: -1, failure: -1 },
    ...kernel.failures.map((_, failure) => ({ kind: "bounds" as const, property: -1, failure })),
  ];
}

/** A record is: 0 or 1 + level; 0 for a state, 1 for a step; id of the state. */
const RECORD = 3;

export function notesLength(kernel: Kernel): number {
  return faults(kernel).length * RECORD;
}

/** Where the control array has the level that is being expanded. */
export const LEVEL = 0;
/** And where it has 1 once something was found, and nothing needs to be stored any more. */
export const PROBING = 6;

/** Makes the function that generated code calls. `control` says which level it is. */
export function noteTaker(store: Store, notes: Int32Array, control: Int32Array) {
  return (fault: number, id: number, inState: boolean): void => {
    const record = fault * RECORD;
    const level = 1 + at(control, LEVEL);
    const old = noteAt(notes, record);
    const fresh = { level: level - 1, id: id >>> 0, inState };
    if (old !== null && !comesBefore(store, fresh, old)) return;
    notes[record] = level;
    notes[record + 1] = inState ? 0 : 1;
    notes[record + 2] = id;
  };
}

type Where = Pick<Note, "level" | "id" | "inState">;

function noteAt(notes: Int32Array, record: number): Where | null {
  const level = at(notes, record) - 1;
  if (level < 0) return null;
  return { level, inState: notes[record + 1] === 0, id: at(notes, record + 2) >>> 0 };
}

/** Shorter traces first: a state at fault is one step nearer than a step from such a state. */
function comesBefore(store: Store, left: Where, right: Where): boolean {
  if (left.level !== right.level) return left.level < right.level;
  if (left.inState !== right.inState) return left.inState;
  const [own, other] = [stateOf(store, left.id), stateOf(store, right.id)];
  for (const [word, value] of own.entries()) {
    const difference = (value >>> 0) - (at(other, word) >>> 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * The best note of all threads for every fault that was noted: shortest traces first, and among
 * those as long as each other what is broken before what cannot be told, for leaving the bounds.
 */
export function notesOf(kernel: Kernel, store: Store, notes: readonly Int32Array[]): Note[] {
  const found = faults(kernel).flatMap((fault, index) => {
    const best = bestOf(store, notes, index * RECORD);
    return best === null ? [] : [{ ...fault, ...best }];
  });
  const order = ["property", "deadlock", "bounds"];
  return found.sort(
    (left, right) =>
      traceLength(left) - traceLength(right) ||
      order.indexOf(left.kind) - order.indexOf(right.kind),
  );
}

/** Steps of its trace: to the state, and the one that is at fault if it is not the state. */
function traceLength({ level, inState }: Where): number {
  return inState ? level : level + 1;
}

function bestOf(store: Store, notes: readonly Int32Array[], record: number): Where | null {
  const noted = notes.flatMap((mine) => noteAt(mine, record) ?? []);
  const [best] = noted.sort((left, right) => (comesBefore(store, left, right) ? -1 : 1));
  return best ?? null;
}

/** The notes of all threads as if one had taken them. */
export function mergedNotes(kernel: Kernel, store: Store, notes: readonly Int32Array[]): number[] {
  return faults(kernel).flatMap((_, index) => {
    const best = bestOf(store, notes, index * RECORD);
    return best === null ? [0, 0, 0] : [best.level + 1, best.inState ? 0 : 1, best.id | 0];
  });
}

/**
 * Whether a state itself is at fault among what was noted, not only steps; null: nothing was noted.
 * @param onlyBounds whether only that the program left its bounds counts
 */
export function noted(
  kernel: Kernel,
  notes: readonly Int32Array[],
  onlyBounds: boolean,
): boolean | null {
  const first = onlyBounds ? kernel.properties.length + 1 : 0;
  const all = notes.flatMap((mine) =>
    faults(kernel).flatMap((_, index) => {
      return index < first ? [] : (noteAt(mine, index * RECORD) ?? []);
    }),
  );
  return all.length === 0 ? null : all.some(({ inState }) => inState);
}
