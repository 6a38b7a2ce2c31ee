/**
 * No node is below itself (acyclicity, section 6.9 of the reference; H36, H38).
 */
import { Topology } from "../../src/graph/topology.ts";
import type { GraphProperty } from "../../src/system/surgery.ts";

export const graphIsAcyclic: GraphProperty = {
  name: "graph-is-acyclic",
  statement: "No node is its own child, directly or through others.",
  broken({ after: { graph } }) {
    const topology = Topology.of(graph);
    for (const name of graph.nodes.keys()) {
      const below = topology.children(name).map(({ child }) => child);
      if (below.some((child) => child === name || topology.reaches(child, name))) {
        return `node '${name}' is below itself`;
      }
    }
    return null;
  },
};
