/**
 * A search of a small model in the page: what its script registers, and what comes out.
 *
 * The script is a classic one, without imports and without eval. Once it ran, `window` has
 * {@link TRY_IT}, an object with a {@link TryIt} for each model whose script ran.
 */

/** Name of the property of `window` under which scripts register models, by their names. */
export const TRY_IT = "blockgraphTryIt";

export interface TryIt {
  /** what is searched: `2 clusters, 2 guests, 2 readers, 2 values` */
  readonly bounds: string;
  /**
   * Begins a search from the beginning; one that is under way is stopped.
   * @param report is told how far it is, some times a second; the page stays responsive meanwhile
   */
  start(report: (progress: TryItProgress) => void): Promise<TryItResult>;
  /** Ends the search that is under way, which is then undecided. */
  stop(): void;
}

/** By the name of the model. */
export type TryItRegistry = Readonly<Record<string, TryIt>>;

export interface TryItProgress {
  readonly states: number;
  readonly transitions: number;
  /** steps from the initial state */
  readonly depth: number;
}

export interface TryItResult extends TryItProgress {
  /** as `blockgraph check --symmetry off` says it, of what is not about for ever */
  readonly verdict: "holds" | "violated" | "undecided";
  /** what is violated; null: nothing was found */
  readonly property: string | null;
  /** steps of a shortest trace that shows it; null: there is none */
  readonly steps: number | null;
  /** the verdict in one line: `holds: 2,482 states, 11,640 transitions` */
  readonly text: string;
  /** properties that are not looked at in a page: that something happens at last */
  readonly notChecked: readonly string[];
}
