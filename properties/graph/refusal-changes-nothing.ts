/**
 * A command happens wholly or not at all (rollback, section 6.9 of the reference; H39).
 */
import { graphKey } from "../../src/graph/graph-key.ts";
import type { GraphProperty } from "../../src/system/surgery.ts";

export const refusalChangesNothing: GraphProperty = {
  name: "refusal-changes-nothing",
  statement: "A command that is refused leaves nodes, edges and masks as they were.",
  broken({ before, command, refusal, after }) {
    if (refusal === null || graphKey(before.graph) === graphKey(after.graph)) return null;
    return `${command.execute} was refused and changed the graph`;
  },
};
