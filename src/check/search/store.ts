/**
 * The visited states: shared memory that every thread of a search sees, and how to read it.
 *
 * Only generated code (engine-text.ts) writes states, each thread into partitions of its own; here
 * is what a search, its coordinator and whoever follows a path need beside that. Ids are unsigned
 * 32-bit numbers: partition, then number in the partition.
 */
import { BlockgraphError } from "../../error.ts";
import {
  ARENAS,
  FULLEST,
  GROWTH,
  type Layout,
  NUMBER_BITS,
  PAGE,
  PARTITIONS,
  PARTITIONS_PER_ARENA,
} from "./layout.ts";

/** Can be posted to a worker as it is; nothing in it is copied then. */
export interface Store {
  readonly layout: Layout;
  readonly arenas: readonly Int32Array[];
  /** by arena: 32-bit integers handed out */
  readonly tops: Int32Array;
  /** by partition: 1 + the number of states, since numbers begin at 1 */
  readonly ends: Int32Array;
  /** by partition: where the level that is being expanded ends */
  readonly levelEnds: Int32Array;
  /** by partition: the next state to expand */
  readonly nexts: Int32Array;
  /** by partition: index pages that it has */
  readonly pageCounts: Int32Array;
  /** by partition, then by page: where in the arena that page is */
  readonly pages: Int32Array;
  /** by partition, then by block: where in the arena that block is */
  readonly blocks: Int32Array;
}

/**
 * Shared memory, all 0.
 * @throws BlockgraphError `memory-exhausted` if the system has none
 */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BlockgraphError(
      "memory-exhausted",
      `the system does not let a search reserve another ${Math.ceil(bytes / 2 ** 20)}M; ` +
        "give less with --memory, or raise the limit of the system (ulimit -v)",
    );
  }
}

/** Shared memory for integers, all 0. */
export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(sharedMemory(length * 4));
}

export function createStore(layout: Layout): Store {
  return {
    layout,
    arenas: createArenas(layout.arena),
    tops: sharedIntegers(ARENAS),
    ends: sharedIntegers(PARTITIONS).fill(1),
    levelEnds: sharedIntegers(PARTITIONS).fill(1),
    nexts: sharedIntegers(PARTITIONS).fill(1),
    pageCounts: sharedIntegers(PARTITIONS),
    pages: sharedIntegers(PARTITIONS * layout.pages),
    blocks: sharedIntegers(PARTITIONS * layout.blocks),
  };
}

/** Bytes of shared memory that arenas are cut from, at the most if one of them is not larger. */
const ARENAS_TOGETHER = 2 ** 30;

/**
 * Arenas, side by side in few large pieces of memory.
 *
 * The C library takes small pieces from memory that was used before, once something of their size
 * was freed, and then writes zeros all over them: searches one after the other in one process would
 * each take all the memory that they may, instead of what they use. Large pieces always are fresh.
 * They are no larger than that because some systems refuse pieces as large as their whole memory.
 */
function createArenas(length: number): Int32Array[] {
  const together = Math.min(ARENAS, Math.max(1, Math.floor(ARENAS_TOGETHER / (length * 4))));
  return Array.from({ length: Math.ceil(ARENAS / together) }, (_, piece) => {
    const count = Math.min(together, ARENAS - piece * together);
    const { buffer } = sharedIntegers(count * length);
    return Array.from({ length: count }, (_, index) => {
      return new Int32Array(buffer, index * length * 4, length);
    });
  }).flat();
}

/** The element of a typed array at an index that is known to be inside. */
export function at(array: ArrayLike<number>, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError(`no element ${index} of ${array.length}`);
  return value;
}

/** The arena that holds a partition. */
function arenaOf(store: Store, partition: number): Int32Array {
  const arena = store.arenas[Math.floor(partition / PARTITIONS_PER_ARENA)];
  if (arena === undefined) throw new RangeError(`no partition ${partition}`);
  return arena;
}

/** States that are stored. */
export function stateCount(store: Store): number {
  let total = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    total += at(store.ends, partition) - 1;
  }
  return total;
}

/** States of the level in progress that are not expanded yet. */
export function frontierCount(store: Store): number {
  let total = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    total += at(store.levelEnds, partition) - at(store.nexts, partition);
  }
  return total;
}

/** States found on the level after the one in progress. */
export function beyondCount(store: Store): number {
  let total = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    total += at(store.ends, partition) - at(store.levelEnds, partition);
  }
  return total;
}

/** Bytes handed out for states and index. */
export function storeBytes(store: Store): number {
  return store.tops.reduce((sum, top) => sum + top, 0) * 4;
}

/** Bytes that the index grows by, about, if every partition gets so many states more. */
export function growthAhead({ layout, ends, pageCounts }: Store, states: number): number {
  let pages = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const count = at(pageCounts, partition);
    if (at(ends, partition) + states <= count * PAGE * FULLEST) continue;
    pages += count === 0 ? 1 : Math.max(layout.grown - count, Math.floor(count * GROWTH));
  }
  return pages * PAGE * 4;
}

/** Part of the index's slots that is used, 0 to 1. */
export function storeFill(store: Store): number {
  const slots = store.pageCounts.reduce((sum, count) => sum + count, 0) * PAGE;
  return slots === 0 ? 0 : stateCount(store) / slots;
}

interface Place {
  readonly arena: Int32Array;
  /** of the state's block */
  readonly block: number;
  /** of the state in its block */
  readonly index: number;
}

function placeOf(store: Store, id: number): Place {
  const partition = id >>> NUMBER_BITS;
  const number = id & (2 ** NUMBER_BITS - 1);
  const block = at(store.blocks, partition * store.layout.blocks + Math.floor(number / PAGE));
  return { arena: arenaOf(store, partition), block, index: number % PAGE };
}

/**
 * The memory of a partition's states as far as it is used: for each block its states, and then
 * their parents.
 */
export function* regions(store: Store, partition: number): Generator<Int32Array> {
  const { words, blocks } = store.layout;
  const end = at(store.ends, partition);
  const arena = arenaOf(store, partition);
  for (let number = 1; number < end; number = (Math.floor(number / PAGE) + 1) * PAGE) {
    const index = Math.floor(number / PAGE);
    const block = at(store.blocks, partition * blocks + index);
    const [from, to] = [number % PAGE, Math.min(end - index * PAGE, PAGE)];
    yield arena.subarray(block + from * words, block + to * words);
    yield arena.subarray(block + PAGE * words + from, block + PAGE * words + to);
  }
}

/** The packed state with an id, as signed words. */
export function stateOf(store: Store, id: number): number[] {
  const { words } = store.layout;
  const { arena, block, index } = placeOf(store, id);
  const start = block + index * words;
  return [...arena.subarray(start, start + words)];
}

/** Id of the state that a state was first found from; null for the initial state. */
function parentOf(store: Store, id: number): number | null {
  const { arena, block, index } = placeOf(store, id);
  const parent = at(arena, block + PAGE * store.layout.words + index);
  return parent === NO_PARENT ? null : parent >>> 0;
}

/** Stands for the parent of the initial state: the id that no state can have. */
const NO_PARENT = 0;

/** States on a shortest path from the initial state to one with that id, both included. */
export function pathTo(store: Store, id: number): number[][] {
  const path: number[][] = [];
  let next: number | null = id;
  while (next !== null) {
    path.push(stateOf(store, next));
    next = parentOf(store, next);
  }
  return path.reverse();
}
