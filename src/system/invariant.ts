/**
 * What must hold at every moment of every cluster, or of all clusters of a node together.
 *
 * An invariant is a question to the states of charts, so a checker asks it once for every state
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

export interface NodeInvariant {
  /** `memory-is-accounted` */
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  /** name of the cluster chart whose states are counted */
  readonly chart: string;
  /** name of the chart of the same node that limits them */
  readonly nodeChart: string;
  /** how much a cluster counts */
  counts(state: ChartState): number;
  /** how much all of them may count together, by the state of the node's chart */
  limit(state: ChartState): number;
}

export type Invariant = ClusterInvariant | NodeInvariant;
