/**
 * What must hold of every cluster at every moment.
 *
 * An invariant is a question to the state of one chart, so a checker asks it once for every state
 * of the chart and keeps the answers in a table. Where nobody looks at every moment (a run on real
 * images) it is not asked.
 */

/** A state of a chart, as it is printed and as its context says. */
export interface ChartState {
  /** value and context, short: `clean·yes·allowed frozen=1` */
  readonly name: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface ClusterInvariant {
  /** `settled-is-copied` */
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  /** name of the cluster chart that it speaks about: `copy-before-write/cluster` */
  readonly chart: string;
  holds(state: ChartState): boolean;
}
