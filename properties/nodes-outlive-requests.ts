/**
 * Requests do not use what is gone (lifetime, section 6.9 of the reference; H12).
 */
import type { Property } from "../src/system/property.ts";

export const nodesOutliveRequests: Property = {
  name: "nodes-outlive-requests",
  statement: "A node leaves the graph only when no request is under way in it.",
  applies: (observation) => observation.kind === "node-closed",
  violated: (observation) => observation.kind === "node-closed" && observation.busy,
};
