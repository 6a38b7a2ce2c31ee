/**
 * Permissions are those that the rules require of the graph, however it came about (perm invariant,
 * section 6.9 of the reference).
 */
import { DRIVERS } from "../../src/drivers/registry.ts";
import { leastSolution } from "../../src/graph/least-solution.ts";
import type { GraphProperty } from "../../src/system/surgery.ts";

export const masksFollowRules: GraphProperty = {
  name: "masks-follow-rules",
  statement: "Every edge has the masks that the rules require, and no two edges conflict.",
  broken({ after: { graph } }, profile) {
    const { edges, conflicts, unwritable } = leastSolution(graph, { drivers: DRIVERS, profile });
    const [conflict] = conflicts;
    if (conflict !== undefined)
      return `a conflict on node '${conflict.requiring.child}' is allowed`;
    if (unwritable[0] !== undefined) return `read-only node '${unwritable[0]}' is written`;
    const wrong = graph.edges.find(
      ({ perm, shared }, index) => perm !== edges[index]?.perm || shared !== edges[index]?.shared,
    );
    if (wrong === undefined) return null;
    return `edge '${wrong.name}' of '${wrong.parent.name}' has masks that no rule gives it`;
  },
};
