/**
 * A search of a small model that runs in the reader's own browser.
 *
 * A page that has a `try-it` block loads its `script`, a classic one, when the reader asks for it.
 * The script registers under the model's name what the page then starts and stops:
 *
 *     window.blockgraphTryIt = { ...window.blockgraphTryIt, fleecing: { start, stop } };
 */
import type { Tone } from "./picture.ts";
import type { PlayerTrace } from "./player-trace.ts";

/** How far a search is. */
export interface TryItProgress {
  /** distinct states so far */
  readonly states: number;
  readonly transitions: number;
  /** steps from the first state to those that are looked at now */
  readonly depth: number;
}

/** What a search came to. */
export interface TryItResult {
  /** `holds`, `violated`, `stopped`: for people */
  readonly verdict: string;
  readonly tone: Tone;
  readonly progress: TryItProgress;
  readonly milliseconds: number;
  /** what else there is to say, a sentence each */
  readonly notices: readonly string[];
  /** the counterexample; null: there is none */
  readonly trace: PlayerTrace | null;
}

/** A model that a page can search. */
export interface TryIt {
  /**
   * Searches. `report` may be called as often as there is something new; the page stays usable.
   * A search that is stopped ends with a result, too; a promise that is rejected is shown as such.
   */
  readonly start: (report: (progress: TryItProgress) => void) => Promise<TryItResult>;
  /** asks the search to end soon; without one under way, nothing */
  readonly stop: () => void;
}

/** What scripts add themselves to: models by name. */
export type TryItRegistry = Readonly<Record<string, TryIt>>;
