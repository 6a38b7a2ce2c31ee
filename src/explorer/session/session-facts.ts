/**
 * A session as names and values: what every cluster and node of its graph remembers.
 */
import { clusterRuns } from "../../report/cluster-map.ts";
import type { Session } from "../../system/session.ts";

/** `hook clusters 0 to 3`: `dirty·no·allowed`; alike neighbours together. */
export function sessionFacts({
  execution,
}: Session): { readonly what: string; readonly value: string }[] {
  return [...execution.nodes.values()].flatMap((node) => {
    const { name, cluster } = node.description;
    if (cluster === null) return [];
    return clusterRuns(node).map(({ first, count, state }) => ({
      what:
        count === 1
          ? `${name} cluster ${first}`
          : `${name} clusters ${first} to ${first + count - 1}`,
      value: state,
    }));
  });
}
