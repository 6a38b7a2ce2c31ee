/**
 * Whoever can write has asked for it, all the way down (users.md; QEMU issue 2980: `Assertion
 * 'child->perm & BLK_PERM_WRITE' failed` after a snapshot).
 */
import { DRIVERS } from "../../src/drivers/registry.ts";
import { childEdges, type Edge, type Graph, isUser } from "../../src/graph/graph.ts";
import { WRITE, WRITE_UNCHANGED } from "../../src/graph/permission.ts";
import type { GraphProperty } from "../../src/system/surgery.ts";

export const writesArePermitted: GraphProperty = {
  name: "writes-are-permitted",
  statement: "Where a write can arrive, every edge on its way has the permission to write.",
  broken({ after: { graph } }) {
    const users = graph.edges.filter(({ parent, perm }) => isUser(parent) && (perm & WRITE) !== 0);
    for (const user of users) {
      const unasked = unpermitted(graph, user.child);
      if (unasked !== null) {
        const edge = `edge '${unasked.name}' of '${unasked.parent.name}'`;
        return `a write of '${user.parent.name}' reaches ${edge} without permission`;
      }
    }
    return null;
  },
};

/** The first edge on the way of a write through a node that does not allow it. */
function unpermitted(graph: Graph, node: string): Edge | null {
  const driver = DRIVERS.get(graph.nodes.get(node)?.driver ?? "");
  if (driver?.isView) return null;
  for (const edge of childEdges(graph, { kind: "node", name: node })) {
    const saved = edge.name === driver?.savesTo;
    if (!saved && !edge.roles.includes("primary")) continue;
    const wanted = saved ? WRITE | WRITE_UNCHANGED : WRITE;
    if ((edge.perm & wanted) === 0) return edge;
    const below = unpermitted(graph, edge.child);
    if (below !== null) return below;
  }
  return null;
}
