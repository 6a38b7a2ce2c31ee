/**
 * Takes a live graph down to nothing, whatever was built in it: exports, jobs, and then the nodes,
 * those first that nobody uses.
 */
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph } from "../graph/graph.ts";
import type { LiveGraph } from "./live-graph.ts";

/**
 * Clients must be gone.
 * @throws BlockgraphError `image-unusable` if something stays, which is a defect
 */
export async function takeDown(live: LiveGraph): Promise<void> {
  for (const id of [...live.session.graph.exports.keys()]) {
    await live.execute(command("block-export-del", { id, mode: "hard" }));
  }
  for (let left = jobsOf(live.session.graph); left.length > 0; ) {
    for (const each of left) await live.execute(each);
    // A job that is to end lets what it has begun come to its end first.
    await live.idle();
    await new Promise((resolve) => setImmediate(resolve));
    left = jobsOf(live.session.graph);
  }
  let refusal: string | null = null;
  for (let before = Number.POSITIVE_INFINITY; live.session.graph.nodes.size < before; ) {
    before = live.session.graph.nodes.size;
    for (const name of unusedNodes(live.session.graph)) {
      const answered = await live.execute(command("blockdev-del", { "node-name": name }));
      refusal = answered.refusal ?? refusal;
    }
  }
  const { nodes } = live.session.graph;
  if (nodes.size === 0) return;
  throw new BlockgraphError(
    "image-unusable",
    `nodes are left that cannot be removed: ${[...nodes.keys()].join(", ")} (${refusal}); ` +
      "check the disk below",
  );
}

const command = (execute: string, args: QmpCommand["arguments"]): QmpCommand => ({
  execute,
  arguments: args,
});

/** What ends each job: one that has concluded is only to be dismissed. */
function jobsOf({ jobs }: Graph): QmpCommand[] {
  return [...jobs.values()].map(({ id, concluded }) =>
    concluded
      ? command("job-dismiss", { id })
      : command("block-job-cancel", { device: id, force: true }),
  );
}

/** Nodes without parents, the newest first. */
function unusedNodes({ nodes, edges }: Graph): string[] {
  const used = new Set(edges.map(({ child }) => child));
  return [...nodes.values()]
    .filter(({ name, monitorOwned }) => monitorOwned && !used.has(name))
    .map(({ name }) => name)
    .reverse();
}
