/**
 * What a command tells the charts of nodes, which the graph itself does not know: that a bitmap is
 * cleared, that a hook has nothing to save where a bitmap is clean.
 *
 * A command leaves its notices in the graph, in order; whoever executes the graph delivers them at
 * the instant of the command, all of them or, if it is refused, none.
 */
export interface Notice {
  /** a node, one of its bitmaps ({@link recorderOf}), or the life of a job ({@link lifeOf}) */
  readonly node: string;
  /** offered to the chart of each cluster, or to the node chart; handled in every state */
  readonly event: string;
  readonly chart?: "node";
  /** for which clusters; null: for all */
  readonly only: Condition | null;
}

/** Of what another node's chart would reply to an event, which nobody sends. */
export interface Condition {
  readonly node: string;
  readonly event: string;
  readonly reply: string;
  /** whether it is for the clusters that would reply so, or for all others */
  readonly matching: boolean;
}

/** What the life of a job is called among nodes. No node has such a name. */
export const lifeOf = (job: string): string => `job ${job}`;

/** What a bitmap is called among nodes. No node has such a name. */
export const recorderOf = (node: string, bitmap: string): string => `${node}/${bitmap}`;
