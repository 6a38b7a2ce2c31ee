/**
 * The text of an engine: what one thread does with states, specialised for their number of words.
 *
 * `expand` runs the kernel on states of one partition; each successor goes into the outbox, into
 * the chunk of memory that is being filled for the successor's partition. `insert` empties what all
 * threads have put into their outboxes for one partition, and stores what is new. Two things make
 * it fast. Before a partition is searched at random it is read once from end to end, which the
 * processor does at the full speed of its memory, and then it is in the cache. And a new state gets
 * the slot that it is looked for first, by moving whoever is there to the end of the probe: what
 * was found lately is what is found again most often.
 *
 * A slot is 0, or the number of a state below some bits of its hash, the lowest of which is
 * always set so that no tag is 0.
 */
import type { Kernel } from "../kernel.ts";
import { hashText } from "./hash-text.ts";
import { FULLEST, GROWTH, type Layout, NUMBER_BITS, PAGE, PARTITIONS_PER_ARENA } from "./layout.ts";
import { emptyCursor, roomText } from "./outbox.ts";
import { rehearsalText } from "./rehearsal-text.ts";

const NUMBER_MASK = 2 ** NUMBER_BITS - 1;
const TAG_MASK = ~NUMBER_MASK;
const LOWEST_TAG = 2 ** NUMBER_BITS;
const PAGE_BITS = Math.log2(PAGE);
/** A cache line has that many 32-bit integers. */
const LINE = 16;
/** Reading a partition pays if there is one entry for at most that many lines of it. */
const LINES_AN_ENTRY = 4;

/** Entries of a chunk: one that is full must not end where the next begins. */
const entriesOf = ({ chunk, entry }: Layout): number => Math.floor((chunk - 1) / entry);

/** Words of a state as variables, and as elements of an array from a place on. */
const variables = (layout: Layout): string[] =>
  Array.from({ length: layout.words }, (_, word) => `w${word}`);
const elements = (layout: Layout, array: string, place: string): string[] =>
  variables(layout).map((_, word) => `${array}[${place} + ${word}]`);
const declare = (layout: Layout, array: string, place: string): string =>
  `const ${elements(layout, array, place)
    .map((element, word) => `w${word} = ${element}`)
    .join(", ")};`;
const store = (layout: Layout, array: string, place: string): string =>
  elements(layout, array, place)
    .map((element, word) => `${element} = w${word};`)
    .join(" ");

/** Declares `page`, and `slot` in the arena, where the search for a state with `h`, `g` begins. */
const HOME = `let page = Math.imul(g >>> 16, count) >>> 16;
      let slot = pages[pageBase + page] + (h >>> ${NUMBER_BITS - PAGE_BITS} & ${PAGE - 1});`;
/** Moves `slot` on by one; a page ends where a multiple of its size is reached. */
const NEXT_SLOT = `if ((++slot & ${PAGE - 1}) === 0) {
          if (++page === count) page = 0;
          slot = pages[pageBase + page];
        }`;
const place = (layout: Layout, number: string): string =>
  `blocks[blockBase + (${number} >>> ${PAGE_BITS})] + (${number} & ${PAGE - 1}) * ${layout.words}`;

function outboxText(layout: Layout): string {
  const { entry } = layout;
  return `
  let used = 0, parent = 0, muted = false;
  function emit(${variables(layout)}) {
    if (muted) return;
    ${hashText(variables(layout))}
    const partition = h >>> ${NUMBER_BITS};
    let at = cursors[partition];
    ${roomText(layout)}
    ${store(layout, "entries", "at")}
    entries[at + ${layout.words}] = parent;
    cursors[partition] = at + ${entry};
  }`;
}

function noteText(kernel: Kernel): string {
  return `
  let inspecting = false, failed = false;
  function violate(property) { note(property, parent, inspecting); }
  function fail(failure) {
    failed = true;
    note(${kernel.properties.length + 1} + failure, parent, false);
  }`;
}

function expandText(layout: Layout, kernel: Kernel): string {
  const words = variables(layout).join(", ");
  const inspect = kernel.inspects
    ? `inspecting = true; inspect(${words}); inspecting = false;`
    : "";
  return `
  function expand(partition, from, to) {
    const arena = arenas[partition / ${PARTITIONS_PER_ARENA} | 0];
    const blockBase = partition * ${layout.blocks};
    let taken = 0, number = from;
    for (; number < to && used < ${Math.floor(layout.chunks / 2)}; number++) {
      const at = ${place(layout, "number")};
      ${declare(layout, "arena", "at")}
      parent = partition << ${NUMBER_BITS} | number;
      ${inspect}
      const emitted = successors(${words});
      if (emitted === 0) {
        if (!failed && !isFinal(${words})) note(${kernel.properties.length}, parent, true);
      }
      failed = false;
      taken += emitted;
    }
    nexts[partition] = number;
    return taken;
  }`;
}

function insertText(layout: Layout): string {
  const { chunk, chunks, entry } = layout;
  return `
  function insert(partition) {
    const arena = arenas[partition / ${PARTITIONS_PER_ARENA} | 0];
    let warm = false;
    for (let sender = 0; sender < outboxes.length; sender++) {
      const box = outboxes[sender];
      const end = box.cursors[partition];
      if (end >= ${chunks * chunk}) continue;
      const last = end - 1 >>> ${Math.log2(chunk)};
      let current = box.followers[${chunks} + partition];
      if (!warm && current !== last) { read(partition, arena, box, current, last); warm = true; }
      for (; current !== last; current = box.followers[current]) {
        const start = current * ${chunk};
        insertRange(partition, arena, box.entries, start, start + ${entriesOf(layout) * entry});
      }
      insertRange(partition, arena, box.entries, last * ${chunk}, end);
      box.cursors[partition] = ${emptyCursor(layout)} + partition * ${chunk};
    }
  }
  let touched = 0;
  function read(partition, arena, box, first, last) {
    const pageBase = partition * ${layout.pages}, blockBase = partition * ${layout.blocks};
    const count = pageCounts[partition], full = ends[partition] + ${PAGE - 1} >>> ${PAGE_BITS};
    let expected = 0;
    for (let at = first; at !== last; at = box.followers[at]) expected += ${entriesOf(layout)};
    expected *= outboxes.length;
    if ((count + full * ${layout.words}) * ${PAGE / LINE} > expected * ${LINES_AN_ENTRY}) return;
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const start = pages[pageBase + index];
      for (let at = start; at < start + ${PAGE}; at += ${LINE}) sum += arena[at];
    }
    for (let index = 0; index < full; index++) {
      const start = blocks[blockBase + index];
      for (let at = start; at < start + ${PAGE * layout.words}; at += ${LINE}) sum += arena[at];
    }
    touched ^= sum;
  }`;
}

function insertRangeText(layout: Layout): string {
  const same = elements(layout, "arena", "at")
    .map((element, word) => `${element} === w${word}`)
    .join(" && ");
  return `
  function insertRange(partition, arena, entries, from, to) {
    const most = ends[partition] + (to - from) / ${layout.entry};
    while (most > pageCounts[partition] * ${PAGE * FULLEST}) {
      grow(partition, arena);
    }
    const count = pageCounts[partition];
    const pageBase = partition * ${layout.pages}, blockBase = partition * ${layout.blocks};
    let end = ends[partition];
    for (let source = from; source < to; source += ${layout.entry}) {
      ${declare(layout, "entries", "source")}
      ${hashText(variables(layout))}
      const tag = g << ${NUMBER_BITS} | ${LOWEST_TAG};
      ${HOME}
      const home = slot;
      for (;;) {
        const held = arena[slot];
        if ((held & ${TAG_MASK}) === tag) {
          const number = held & ${NUMBER_MASK};
          const at = ${place(layout, "number")};
          if (${same}) break;
        } else if (held === 0) {
          if ((end & ${PAGE - 1}) === 0 || end === 1) startBlock(partition, end);
          const block = blocks[blockBase + (end >>> ${PAGE_BITS})], row = end & ${PAGE - 1};
          const at = block + row * ${layout.words};
          ${store(layout, "arena", "at")}
          arena[block + ${PAGE * layout.words} + row] = entries[source + ${layout.words}];
          if (slot !== home) arena[slot] = arena[home];
          arena[home] = tag | end++;
          break;
        }
        ${NEXT_SLOT}
      }
    }
    ends[partition] = end;
  }`;
}

function growText(layout: Layout): string {
  return `
  function allocate(partition, size) {
    const index = partition / ${PARTITIONS_PER_ARENA} | 0;
    const at = tops[index];
    if (at + size > ${layout.arena}) overflow();
    tops[index] = at + size;
    return at;
  }
  function startBlock(partition, end) {
    const block = end >>> ${PAGE_BITS};
    if (block >= ${layout.blocks}) overflow();
    blocks[partition * ${layout.blocks} + block] = allocate(partition, ${layout.block});
  }
  function grow(partition, arena) {
    const pageBase = partition * ${layout.pages};
    const old = pageCounts[partition];
    for (let index = 0; index < old; index++) {
      const start = pages[pageBase + index];
      arena.fill(0, start, start + ${PAGE});
    }
    const grown = Math.max(${layout.grown}, old + Math.floor(old * ${GROWTH}));
    index(partition, old === 0 ? 1 : grown);
  }
  function index(partition, count) {
    const arena = arenas[partition / ${PARTITIONS_PER_ARENA} | 0];
    const pageBase = partition * ${layout.pages}, blockBase = partition * ${layout.blocks};
    if (count > ${layout.pages}) overflow();
    for (let index = pageCounts[partition]; index < count; index++) {
      pages[pageBase + index] = allocate(partition, ${PAGE});
    }
    pageCounts[partition] = count;
    for (let number = ends[partition] - 1; number > 0; number--) {
      const at = ${place(layout, "number")};
      ${declare(layout, "arena", "at")}
      ${hashText(variables(layout))}
      ${HOME}
      while (arena[slot] !== 0) {
        ${NEXT_SLOT}
      }
      arena[slot] = g << ${NUMBER_BITS} | ${LOWEST_TAG} | number;
    }
  }
  function reserve(partition, end) {
    for (let number = 0; end > 1 && number < end; number += ${PAGE}) startBlock(partition, number);
    ends[partition] = end;
  }`;
}

/**
 * A function body. It is given `shared` (the store and the outboxes, see engine.ts) and returns the
 * engine.
 */
export function engineText(layout: Layout, kernel: Kernel): string {
  const parameters = variables(layout).join(", ");
  return `"use strict";
  const { arenas, tops, ends, nexts, pageCounts, pages, blocks } = shared.store;
  const { outboxes, note, overflow, crowded, judged, covered } = shared;
  const { entries, followers, cursors } = outboxes[shared.thread];
  ${outboxText(layout)}
  ${noteText(kernel)}
  const { successors, isFinal, inspect } = (function () {
    ${kernel.source}
    return {
      successors,
      isFinal,
      inspect: ${kernel.inspects ? "inspect" : "null"},
    };
  })();
  ${expandText(layout, kernel)}
  ${insertText(layout)}
  ${insertRangeText(layout)}
  ${growText(layout)}
  ${rehearsalText(layout)}
  return {
    begin(${parameters}) { parent = 0; emit(${parameters}); },
    clear() { used = 0; },
    mute() { muted = true; },
    used() { return used; },
    expand, insert, reserve, index, rehearse,
  };`;
}
