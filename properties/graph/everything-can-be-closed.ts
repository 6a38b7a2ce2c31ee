/**
 * Whatever was set up can be taken down again (liveness of surgery; M1, H43d).
 */
import { DRIVERS } from "../../src/drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../../src/graph/commands.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Profile } from "../../src/graph/profile.ts";
import type { GraphProperty } from "../../src/system/surgery.ts";

export const everythingCanBeClosed: GraphProperty = {
  name: "everything-can-be-closed",
  statement: "From every graph, commands lead back to the empty one.",
  broken({ after: { graph } }, profile) {
    const left = [...closed(graph, profile).nodes.keys()];
    return left.length === 0 ? null : `'${left.join("', '")}' cannot be closed any more`;
  },
};

/** Takes away whatever can be taken away, until nothing can. */
function closed(graph: Graph, profile: Profile): Graph {
  for (const command of removals(graph)) {
    const answer = answerCommand(graph, command, { drivers: DRIVERS, profile });
    if (answer.refusal === null) return closed(answer.graph, profile);
  }
  return graph;
}

function removals({ exports, jobs, devices, nodes }: Graph): QmpCommand[] {
  const all = (execute: string, name: string, values: Iterable<string>): QmpCommand[] =>
    [...values].map((value) => ({ execute, arguments: { [name]: value } }));
  // Whoever came last is likely to be used by nobody.
  const monitored = [...nodes.values()].filter(({ monitorOwned }) => monitorOwned).reverse();
  return [
    ...all("block-export-del", "id", exports.keys()),
    ...all("device_del", "id", devices.keys()),
    ...all("block-job-cancel", "device", jobs.keys()),
    ...all(
      "blockdev-del",
      "node-name",
      monitored.map(({ name }) => name),
    ),
  ];
}
