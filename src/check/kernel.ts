/**
 * The seam between the compiler and the search.
 *
 * The compiler turns a program into the text of a few JavaScript functions over packed states; the
 * search puts its own functions in front of that text and runs the whole as one closure, in as many
 * threads as it likes. Text, because a worker thread can be sent nothing else, and because V8 then
 * sees constants and local calls only.
 *
 * A packed state is `words` unsigned 32-bit words, handled as signed 32-bit integers. Unused bits
 * are 0. The text defines
 *
 *     successors(w0, ..., wn)   calls emit(...) for every successor, in a fixed order, and
 *                               returns how many times it did
 *     isFinal(w0, ..., wn)      whether having no successor is all right there
 *     inspect(w0, ..., wn)      judges what holds in every state (only if `inspects`)
 *     present(w0, ..., wn)      calls emit(...) once, with the canonical form of the state
 *
 * and calls, but does not define,
 *
 *     emit(w0, ..., wn)         a successor, already canonical if symmetry is used
 *     judged                    Float64Array: judged[p]++ whenever property p applies
 *     violate(p)                property p is broken by the step that is being computed; the
 *                               successor of that step is emitted nevertheless
 *     covered                   Uint8Array: covered[i] = 1 when coverage item i is taken
 *     fail(index)               the step leaves the program's bounds; no successor is emitted
 */

export interface Kernel {
  /** 32-bit words of a state */
  readonly words: number;
  /** bits of a state that are used */
  readonly bits: number;
  readonly source: string;
  readonly inspects: boolean;
  /** the initial state, `words` long, canonical if symmetry is used */
  readonly initial: readonly number[];
  /** names of properties by the number that `judged` and `violate` use */
  readonly properties: readonly string[];
  /** number of coverage items */
  readonly coverage: number;
  /** messages by the number that `fail` is given */
  readonly failures: readonly string[];
}

/** A kernel that says who took each step, made runnable for one thread: for liveness. */
export interface LabelledKernel {
  readonly words: number;
  readonly initial: readonly number[];
  /** instances of all processes together, numbered in the order of the processes */
  readonly instances: number;
  /**
   * Makes a function that expands a state: `emit` is given a label and each successor. The label is
   * 2 * number of the instance that took the step + 1 if the step is one that fairness promises.
   */
  run(emit: (label: number, ...words: number[]) => void): (...words: number[]) => void;
  /** Tests whether the liveness property of that number is pending. */
  pending(property: number): PendingTest;
}

/** Whether something is pending in a state for the instance `self` of its process. */
export type PendingTest = (self: number, ...words: number[]) => boolean;
