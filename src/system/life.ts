/**
 * The lives of jobs that were told what to do about errors: for each a filter that is no node of
 * the graph, between the job and the filter that copies for it.
 */
import { jobLife } from "../drivers/job-life/driver.ts";
import type { BlockJob } from "../graph/graph.ts";
import { lifeOf } from "../graph/notice.ts";
import { refuse } from "../graph/refuse.ts";
import { hiddenNode } from "./hidden-node.ts";
import type { SystemNode, SystemRules } from "./system.ts";

/**
 * The life of the job of a filter; null: it has none, since errors are left to who plays it.
 * @throws BlockgraphError `graph-refused` if it depends on where an error comes from
 */
export function describeLife(
  { id, onError }: Pick<BlockJob, "id" | "onError">,
  filter: SystemNode,
  rules: SystemRules,
): SystemNode | null {
  const reaction = onError?.target ?? "ignore";
  if (onError !== null && onError.source !== reaction) {
    throw refuse(
      `job '${id}' cannot be simulated: it does one thing about errors of what it reads ` +
        `(${onError.source}), and another about those of what it writes (${reaction}); ` +
        "have it do the same",
    );
  }
  if (reaction === "ignore") return null;
  const hidden = hiddenNode(lifeOf(id), jobLife, { reaction }, filter, rules);
  return { ...hidden, stops: filter.name };
}
