/**
 * `x-query-fleecing-clusters`: what a fleecing cache has of its image, and in which order it
 * recommends to copy it (the thread, "Benefits", 7: "How to provide these recommendations? ...
 * create separate interface"). QEMU does not have it.
 *
 * What is where changes with every request, of which a graph knows nothing: so a graph by itself
 * answers with no cluster at all, and who executes it with all of them (src/system/live-answer.ts).
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { nodes, opened, sent } from "./example.ts";
import { findNode } from "./find-node.ts";
import { refuse } from "./refuse.ts";

export const fleecingClustersSchema = z.strictObject({
  "node-name": z.string().meta({ description: "name of the cache" }),
});

export const xQueryFleecingClusters = defineCommand({
  name: "x-query-fleecing-clusters",
  summary: "Lists what a fleecing cache has, and when it recommends to copy it.",
  schema: fleecingClustersSchema,
  example: [
    ...nodes("disk"),
    opened("fleecing-cache", "cache", {
      ...{ "memory-clusters": 16, backing: "disk", memory: { driver: "memory", image: "ram" } },
    }),
    sent("x-query-fleecing-clusters", { "node-name": "cache" }),
  ],
  apply(graph, { "node-name": name }) {
    const { driver } = findNode(graph, name);
    if (driver !== "fleecing-cache") throw refuse(`Node '${name}' is not a fleecing cache`);
    return graph;
  },
  answer: () => [],
});
