/**
 * A kernel made runnable for walks: it expands one state and puts the successors side by side into
 * memory that is used again and again.
 */
import type { Kernel } from "../kernel.ts";
import type { Fault } from "../search/notes.ts";

/** What is wrong with a state that was expanded. */
export interface Noted extends Fault {
  /** whether the state itself is at fault, not a step from it */
  readonly inState: boolean;
}

export interface Expander {
  /**
   * Judges a state and all steps from it.
   *
   * @param states an array in which the state begins at `place`
   * @param end where in {@link buffer} the successors go; what is there is overwritten
   * @returns how many there are
   */
  expand(states: Int32Array, place: number, end: number): number;
  /** the successors; another array after it has grown */
  buffer(): Int32Array;
  /** what was found wrong so far; null: nothing */
  noted(): Noted | null;
  /** by property */
  readonly judged: Float64Array;
  /** by coverage item */
  readonly covered: Uint8Array;
}

/** The generated functions. */
type Generated = Pick<Expander, "expand" | "buffer">;

const LEAST_BUFFER = 2 ** 12;

export function createExpander(kernel: Kernel): Expander {
  const judged = new Float64Array(kernel.properties.length);
  const covered = new Uint8Array(kernel.coverage);
  let noted: Noted | null = null;
  const make = new Function("shared", expanderText(kernel));
  const generated: Generated = make({
    ...{ judged, covered },
    first: new Int32Array(LEAST_BUFFER + kernel.words),
    grow(buffer: Int32Array): Int32Array {
      const larger = new Int32Array(buffer.length * 2);
      larger.set(buffer);
      return larger;
    },
    broken(property: number, inState: boolean): void {
      noted ??= { kind: "property", property, failure: -1, inState };
    },
    left(failure: number): void {
      // Where a program leaves its bounds, nothing else that it says is worth anything.
      noted = { kind: "bounds", property: -1, failure, inState: false };
    },
    stuck(): void {
      noted ??= { kind: "deadlock", property: -1, failure: -1, inState: true };
    },
  });
  return { ...generated, noted: () => noted, judged, covered };
}

function expanderText(kernel: Kernel): string {
  const words = Array.from({ length: kernel.words }, (_, word) => `w${word}`);
  const list = words.join(", ");
  const read = words.map((word, index) => `${word} = states[place + ${index}]`).join(", ");
  const write = words.map((word, index) => `buffer[end + ${index}] = ${word};`).join(" ");
  const inspect = kernel.inspects ? `inspecting = true; inspect(${list}); inspecting = false;` : "";
  return `"use strict";
  const { judged, covered, grow, broken, left, stuck } = shared;
  let buffer = shared.first, end = 0, inspecting = false, failed = false;
  function emit(${list}) {
    if (end + ${words.length} > buffer.length) buffer = grow(buffer);
    ${write}
    end += ${words.length};
  }
  function violate(property) { broken(property, inspecting); }
  function fail(failure) { failed = true; left(failure); }
  const { successors, isFinal, inspect } = (function () {
    ${kernel.source}
    return { successors, isFinal, inspect: ${kernel.inspects ? "inspect" : "null"} };
  })();
  return {
    expand(states, place, to) {
      const ${read};
      end = to;
      failed = false;
      ${inspect}
      const count = successors(${list});
      if (count === 0 && !failed && !isFinal(${list})) stuck();
      return count;
    },
    buffer() { return buffer; },
  };`;
}
