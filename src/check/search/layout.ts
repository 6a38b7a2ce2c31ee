/**
 * Where the visited states lie in memory, in numbers.
 *
 * The hash of a state names its *partition*. A partition keeps its states in the order in which
 * they were found, in *blocks*; the number of a state in its partition, together with the number of
 * the partition, is the state's *id*, 32 bits for ever. An index over them, made of *pages* of
 * slots, says where a state is; a slot holds the number of a state and some bits of its hash.
 *
 * Partitions are small, so that all of one fits into a core's own cache, and they grow on their
 * own, a page or a block at a time. Neighbouring partitions share an *arena*, which hands out pages
 * and blocks from its bottom and never takes any back. An arena is reserved at once, and costs
 * memory only as far as it is used: that is what the operating system does with fresh memory.
 */

/** Number of partitions; a power of two. */
export const PARTITIONS = 1024;
/** Low bits of an id, and of a slot: the number of a state in its partition, from 1. */
export const NUMBER_BITS = 22;
/** Slots of an index page, and states of a block; a power of two. */
export const PAGE = 256;
/** Arenas, each for as many neighbouring partitions. */
export const ARENAS = 64;
export const PARTITIONS_PER_ARENA = PARTITIONS / ARENAS;
/** An index grows when more than this part of its slots is used... */
export const FULLEST = 0.8;
/** ...by this part of its pages... */
export const GROWTH = 0.5;
/**
 * ...and from one page to so many at once. To grow means to look for a place for all states again:
 * a million states would be moved three times over if small indices grew by small steps. Where
 * memory is little they do.
 */
const PAGES_OF_A_GROWN_INDEX = 9;
const LITTLE_MEMORY = 2 ** 28;
/** Bytes that the states may take if nobody says. */
const USUAL_MEMORY = 20 * 2 ** 30;
/** 32-bit integers of an arena at the most: 4 GiB, and indices stay small integers. */
const LARGEST_ARENA = 2 ** 30;
/** Room beyond the limit, since partitions do not fill evenly. */
const SLACK = 1.25;

/** Sizes that follow from the number of words of a state and from the memory to use. */
export interface Layout {
  /** words of a state */
  readonly words: number;
  /** words of a state in an outbox: itself and the id of its parent */
  readonly entry: number;
  /** 32-bit integers of a block: the states' words, then their parents */
  readonly block: number;
  /** 32-bit integers of an arena */
  readonly arena: number;
  /** pages, and blocks, that one partition can have */
  readonly pages: number;
  readonly blocks: number;
  /** pages of an index whose first page was not enough, at the least */
  readonly grown: number;
  /** 32-bit integers of a chunk of an outbox, a power of two */
  readonly chunk: number;
  /** chunks of an outbox */
  readonly chunks: number;
  /** bytes for states that must not be exceeded */
  readonly memory: number;
}

/** @param memory bytes for states, or undefined for what is usual */
export function layoutFor(words: number, memory: number = USUAL_MEMORY): Layout {
  const entry = words + 1;
  const block = PAGE * entry;
  const leastArena = PARTITIONS_PER_ARENA * 4 * (block + PAGE);
  const wanted = Math.ceil((memory * SLACK) / ARENAS / 4);
  const arena = Math.min(LARGEST_ARENA, Math.max(leastArena, wanted));
  const share = Math.ceil((arena * 2) / PARTITIONS_PER_ARENA);
  const most = 2 ** NUMBER_BITS / PAGE;
  const chunk = 2 ** Math.ceil(Math.log2(64 * entry));
  return {
    words,
    entry,
    block,
    arena,
    pages: Math.min(Math.ceil(share / PAGE), most * 3),
    blocks: Math.min(Math.ceil(share / block) + 1, most),
    grown: memory < LITTLE_MEMORY ? 2 : PAGES_OF_A_GROWN_INDEX,
    chunk,
    chunks: Math.floor(Math.min(2 ** 25 * entry, 2 ** 29) / chunk),
    memory,
  };
}
