/**
 * The states that the squares of one map can be in, in the order in which they were met, each with
 * a mark and a tone: whoever cannot tell colours apart reads the marks. A number is its own mark,
 * so that it is the same in all maps; what a letter stands for is said below each.
 */

import type { Tone } from "../site/picture.ts";
import type { ClusterMap } from "../site/player-trace.ts";

type SquareState = ClusterMap["states"][number];

/** What every map begins with: there is no such cluster, or not yet. */
export const NOT_THERE: SquareState = { name: "not there", mark: " ", tone: "quiet" };

/** How states that say much are drawn; all others get a letter of their name. */
const KNOWN: ReadonlyMap<string, Pick<SquareState, "mark" | "tone">> = new Map([
  ["dirty", { mark: "#", tone: "plain" }],
  ["copying", { mark: "~", tone: "open" }],
  ["clean", { mark: "-", tone: "good" }],
  ["copied", { mark: "+", tone: "good" }],
  ["saved", { mark: "+", tone: "good" }],
  ["unsaved", { mark: "-", tone: "plain" }],
  ["fresh", { mark: "-", tone: "plain" }],
  ["yes", { mark: "#", tone: "good" }],
  ["no", { mark: "-", tone: "plain" }],
  ["allowed", { mark: "-", tone: "plain" }],
  ["denied", { mark: "x", tone: "bad" }],
  ["own", { mark: "#", tone: "good" }],
  ["backing", { mark: "-", tone: "plain" }],
  ["allocating", { mark: "~", tone: "open" }],
  ["free", { mark: "-", tone: "plain" }],
  ["zero", { mark: "0", tone: "quiet" }],
]);

/** Words within a name that say how things stand. */
const WORDS: readonly (readonly [RegExp, Tone])[] = [
  [/denied|broken|failed|lost/, "bad"],
  [/ing$|ing |busy|mixed/, "open"],
];

/** Grows as states are met; positions stay. */
export class StateNames {
  readonly states: SquareState[] = [NOT_THERE];
  readonly #positions = new Map<string, number>([[NOT_THERE.name, 0]]);
  readonly #marks = new Set<string>([NOT_THERE.mark]);

  /**
   * Position of a state.
   * @param look how it is drawn, if that was decided already
   */
  position(name: string, look: Pick<SquareState, "mark" | "tone"> | null = null): number {
    const known = this.#positions.get(name);
    if (known !== undefined) return known;
    const { mark, tone } = look ??
      KNOWN.get(name) ??
      numberLook(name) ?? { mark: this.#free(name), tone: toneOf(name) };
    this.#marks.add(mark);
    this.#positions.set(name, this.states.length);
    return this.states.push({ name, mark, tone }) - 1;
  }

  /** A letter of the name that no other state has; its first if all are taken. */
  #free(name: string): string {
    const letters = [...name].filter((letter) => /[a-z0-9]/i.test(letter));
    return letters.find((letter) => !this.#marks.has(letter)) ?? letters[0] ?? "?";
  }
}

/** `value 1`; null: it is no number, or one of several digits. */
function numberLook(name: string): Pick<SquareState, "mark" | "tone"> | null {
  const [, digit] = /^value (\d)$/.exec(name) ?? [];
  return digit === undefined ? null : { mark: digit, tone: digit === "0" ? "quiet" : "plain" };
}

/** A counter of a chart: how many, where that is not none. */
export function countLook(count: number): Pick<SquareState, "mark" | "tone"> {
  if (count === 0) return { mark: "-", tone: "plain" };
  return { mark: count < 10 ? String(count) : "+", tone: "open" };
}

function toneOf(name: string): Tone {
  return WORDS.find(([pattern]) => pattern.test(name))?.[1] ?? "plain";
}
