/**
 * The JavaScript that makes a state graph, specialised for the number of words of a state.
 *
 * States are numbered in the order in which they are found, and expanded in that order, so numbers
 * are breadth-first. An open-addressing table of numbers, never more than half full, says whether a
 * state is known. All arrays double when they are full.
 *
 * Most of the time goes into waiting for memory: where a successor is in the table, and the state
 * that is found there. So successors are gathered first, and looked up together: reading ahead for
 * all of them, the processor waits for many at once.
 */
import { hashText } from "../search/hash-text.ts";

/** States that there is room for at first; a power of two. */
const ROOM = 2 ** 12;
/** Steps that there is room for at first, for each of these states. */
const STEPS_A_STATE = 4;
/** Successors that are gathered before they are looked up, about. */
const GATHERED = 2 ** 10;

/** The words of a state, and the text that they occur in. */
interface Text {
  readonly words: number;
  /** variables */
  readonly names: readonly string[];
  /** places in `states`, from `at` on */
  readonly stored: readonly string[];
}

/** Where everything is kept, and how it grows. */
function roomText({ words, names, stored }: Text): string {
  return `
  let room = ${ROOM}, size = 0, expanded = 0;
  let states = new Int32Array((room + 1) * ${words}), parents = new Int32Array(room);
  let slots = new Int32Array(room * 2), firsts = new Int32Array(room + 1);
  let stepRoom = room * ${STEPS_A_STATE}, steps = 0;
  let targets = new Int32Array(stepRoom), labels = new Int32Array(stepRoom);
  function longer(numbers, length) {
    const more = new Int32Array(length);
    more.set(numbers);
    return more;
  }
  function makeRoom() {
    room *= 2;
    states = longer(states, (room + 1) * ${words});
    parents = longer(parents, room);
    firsts = longer(firsts, room + 1);
    slots = new Int32Array(room * 2);
    for (let id = 0; id < size; id++) {
      const at = (id + 1) * ${words};
      const ${names.map((name, word) => `${name} = ${stored[word]}`).join(", ")};
      ${hashText(names)}
      let slot = h & slots.length - 1;
      while (slots[slot] !== 0) slot = slot + 1 & slots.length - 1;
      slots[slot] = id + 1;
    }
  }`;
}

/** Takes successors from the kernel. */
function gatherText({ words, names }: Text): string {
  return `
  let gatherRoom = ${GATHERED * 2}, gathered = 0, settled = 0, read = 0;
  let words = new Int32Array(gatherRoom * ${words}), hashes = new Int32Array(gatherRoom);
  let origins = new Int32Array(gatherRoom), places = new Int32Array(gatherRoom);
  function emit(label, ${names}) {
    if (steps === stepRoom) {
      stepRoom *= 2;
      targets = longer(targets, stepRoom);
      labels = longer(labels, stepRoom);
    }
    labels[steps++] = label;
    gather(${names});
  }
  function gather(${names}) {
    if (gathered === gatherRoom) {
      gatherRoom *= 2;
      words = longer(words, gatherRoom * ${words});
      hashes = longer(hashes, gatherRoom);
      origins = longer(origins, gatherRoom);
      places = longer(places, gatherRoom);
    }
    ${hashText(names)}
    hashes[gathered] = h;
    origins[gathered] = expanded;
    const at = gathered++ * ${words};
    ${names.map((name, word) => `words[at + ${word}] = ${name};`).join(" ")}
  }`;
}

/** Looks up what was gathered. */
function settleText({ words, names, stored }: Text): string {
  const known = names.map((name, word) => `${stored[word]} === ${name}`).join(" && ");
  const taken = names.map((_, word) => `words[at + ${word}]`);
  return `
  function readAhead() {
    const mask = slots.length - 1;
    for (let index = 0; index < gathered; index++) places[index] = slots[hashes[index] & mask];
    let sum = 0;
    for (let index = 0; index < gathered; index++) sum ^= states[places[index] * ${words}];
    read ^= sum;
  }
  function settle() {
    readAhead();
    for (let index = 0; index < gathered; index++) {
      const at = index * ${words};
      targets[settled++] = numberOf(hashes[index], origins[index], ${taken});
    }
    gathered = 0;
  }
  function numberOf(hash, origin, ${names}) {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let entry = slots[slot]; entry !== 0; entry = slots[slot]) {
      const at = entry * ${words};
      if (${known}) return entry - 1;
      slot = slot + 1 & mask;
    }
    slots[slot] = ++size;
    const at = size * ${words};
    ${names.map((name, word) => `${stored[word]} = ${name};`).join(" ")}
    parents[size - 1] = origin;
    if (size === room) makeRoom();
    return size - 1;
  }`;
}

/** A function body. It is given `run` and `initial` of a kernel, and returns a `GrowingGraph`. */
export function graphText(words: number): string {
  const names = Array.from({ length: words }, (_, word) => `w${word}`);
  const stored = names.map((_, word) => `states[at + ${word}]`);
  const text = { words, names, stored };
  return `"use strict";
  ${roomText(text)}
  ${gatherText(text)}
  ${settleText(text)}
  const expand = run(emit);
  gather(...initial);
  settle();
  settled = 0;
  parents[0] = -1;
  return {
    grow(end) {
      while (expanded < end) {
        for (; expanded < end && gathered < ${GATHERED}; expanded++) {
          firsts[expanded] = steps;
          const at = (expanded + 1) * ${words};
          expand(${stored});
        }
        settle();
      }
      firsts[expanded] = steps;
    },
    select(test, self, into) {
      let count = 0;
      for (let id = 0; id < size; id++) {
        const at = (id + 1) * ${words};
        if (!test(self, ${stored})) continue;
        into[id] = 1;
        count++;
      }
      return count;
    },
    size() { return size; },
    steps() { return steps; },
    expanded() { return expanded; },
    arrays() { return { states, parents, slots, firsts, targets, labels }; },
  };`;
}
