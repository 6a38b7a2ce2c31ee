/**
 * One thread's share of a search, ready to run: the generated functions over shared memory.
 */
import { BlockgraphError } from "../../error.ts";
import type { Kernel } from "../kernel.ts";
import { engineText } from "./engine-text.ts";
import type { Layout } from "./layout.ts";
import { notesLength, noteTaker } from "./notes.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createStore, type Store, sharedIntegers, sharedMemory } from "./store.ts";

/** 32-bit integers that threads steer each other with: see control.ts and team.ts. */
const CONTROL_LENGTH = 16;

/** What a thread counts for itself. */
export interface Tally {
  /** by property */
  readonly judged: Float64Array;
  /** by coverage item */
  readonly covered: Uint8Array;
  /** [0]: transitions; [1]: most chunks of the outbox that were used in a round */
  readonly counts: Float64Array;
  /** see notes.ts */
  readonly notes: Int32Array;
}

/** The generated functions. Partitions are those that the thread owns. */
export interface Engine {
  /** puts the initial state into the outbox */
  begin(...words: readonly number[]): void;
  /** fills the outbox from its first chunk again, from the next expansion on */
  clear(): void;
  /** From now on states are looked at, but where they lead to is forgotten. */
  mute(): void;
  /** chunks of the outbox in use */
  used(): number;
  /**
   * Expands states of a partition by their numbers; stops early if the outbox fills up.
   * @returns the number of transitions
   */
  expand(partition: number, from: number, to: number): number;
  /** Stores what is new in all outboxes for a partition, and empties them. */
  insert(partition: number): void;
  /** Makes room for states of an empty partition, numbers 1 to `end` - 1, for somebody to fill. */
  reserve(partition: number, end: number): void;
  /** Before anything is stored: see rehearsal-text.ts. */
  rehearse(): void;
  /** Makes the index of such a partition, with so many pages, after its states were filled in. */
  index(partition: number, pageCount: number): void;
}

/** What the threads of a search share; can be posted to a worker as it is. */
export interface Shared {
  readonly store: Store;
  /** by thread */
  readonly outboxes: readonly Outbox[];
  readonly tallies: readonly Tally[];
  /** how far the search is, and what is to be done next: see control.ts */
  readonly control: Int32Array;
  /** by level: states found on it */
  readonly levels: Float64Array;
}

/** Levels that a search can have. */
export const MOST_LEVELS = 2 ** 22;

function createTally(kernel: Kernel): Tally {
  return {
    judged: sharedNumbers(kernel.properties.length),
    covered: new Uint8Array(sharedMemory(kernel.coverage)),
    counts: sharedNumbers(2),
    notes: sharedIntegers(notesLength(kernel)),
  };
}

export function createShared(kernel: Kernel, layout: Layout, threads: number): Shared {
  return {
    store: createStore(layout),
    outboxes: Array.from({ length: threads }, () => createOutbox(layout)),
    tallies: Array.from({ length: threads }, () => createTally(kernel)),
    control: sharedIntegers(CONTROL_LENGTH),
    levels: sharedNumbers(MOST_LEVELS),
  };
}

function sharedNumbers(length: number): Float64Array {
  return new Float64Array(sharedMemory(length * 8));
}

/** @throws BlockgraphError a state has more successors than fit anywhere, or memory runs out */
export function createEngine(kernel: Kernel, shared: Shared, thread: number): Engine {
  const { store, outboxes } = shared;
  const tally = shared.tallies[thread];
  if (tally === undefined) throw new RangeError(`no thread ${thread}`);
  const make = new Function("shared", engineText(store.layout, kernel));
  const engine: Engine = make({
    store,
    outboxes,
    thread,
    judged: tally.judged,
    covered: tally.covered,
    note: noteTaker(store, tally.notes, shared.control),
    overflow,
    crowded,
  });
  return engine;
}

function crowded(): never {
  throw new BlockgraphError(
    "memory-exhausted",
    "a state has tens of millions of successors, more than fit into a buffer; check smaller bounds",
  );
}

function overflow(): never {
  throw new BlockgraphError(
    "memory-exhausted",
    "the states no longer fit into the memory reserved for them; allow more memory",
  );
}
