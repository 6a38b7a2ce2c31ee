/**
 * What random commands say of how jobs and hooks copy, and how a mirror is changed.
 *
 * A source forgets what was copied only where a job copies nothing by itself: else one job may take
 * away what another one is to read, and fail, which the graph does not know.
 */
import type { QmpCommand } from "../graph/commands.ts";
import { childEdges, type Graph, type JsonObject } from "../graph/graph.ts";
import type { Profile } from "../graph/profile.ts";
import { Topology } from "../graph/topology.ts";
import { command, type Maker, one, oneIn, type Pick } from "./random-names.ts";

/** The first of them aborts QEMU 10.0, and the second is refused. */
const CLUSTERS = [2 ** 32, 3, 0, 65_536, 65_536, 131_072, 131_072, 131_072, 1 << 20, 1 << 20];
const CHUNKS = [-1, 0, 1, 65_536, 65_536, 131_072, 131_072, 1 << 20];
const WORKERS = [0, 1, 1, 2, 64, 64, 64];

const of = (values: readonly number[], choice: number) => values[choice % values.length] ?? 0;

/** A command that now and then says how what it begins is to copy, as far as a profile knows. */
export function sayingHowToCopy(
  { execute, arguments: args }: QmpCommand,
  [, a, b, c]: Pick,
  profile: Profile,
): QmpCommand {
  const sized = profile.clusterSizes !== "fixed";
  if (execute === "blockdev-backup") {
    const perf = {
      ...oneIn(2, a >> 9, { "max-workers": of(WORKERS, a >> 11) }),
      ...oneIn(2, b >> 9, { "max-chunk": of(CHUNKS, b >> 11) }),
      ...(sized && leastCluster(c >> 9)),
    };
    const forgets = profile.sourceDiscards !== "none" && args.sync === "none";
    return command(execute, {
      ...args,
      ...oneIn(4, c >> 7, { "x-perf": perf }),
      ...(forgets && oneIn(3, b >> 7, { "discard-source": true })),
    });
  }
  if (execute !== "blockdev-add" || args.driver !== "copy-before-write" || !sized) {
    return { execute, arguments: args };
  }
  return command(execute, { ...args, ...leastCluster(c >> 9) });
}

const leastCluster = (choice: number): JsonObject =>
  oneIn(4, choice, { "min-cluster-size": of(CLUSTERS, choice >> 2) });

/** Whether a job can copy a node: a view of no hook has nothing to show, and the job would fail. */
export function canBeRead(graph: Graph, name: string): boolean {
  return Topology.of(graph)
    .order(graph.nodes.has(name) ? [name] : [])
    .every((each) => {
      if (graph.nodes.get(each)?.driver !== "snapshot-access") return true;
      const [edge] = childEdges(graph, { kind: "node", name: each });
      return graph.nodes.get(edge?.child ?? "")?.driver === "copy-before-write";
    });
}

/** For a QEMU that has the command. */
export const changeJob: Maker = (graph, _name, [, a, b, c]) => {
  const mirrors = [...graph.jobs.values()].filter(({ type }) => type === "mirror");
  const jobs = c % 4 === 0 ? [...graph.jobs.values()] : mirrors;
  const type = b % 6 === 0 ? "commit" : "mirror";
  const mode = b % 5 === 0 ? "background" : "write-blocking";
  return command("block-job-change", {
    id: one(
      jobs.map(({ id }) => id),
      a,
    ),
    ...{ type, ...(type === "mirror" && { "copy-mode": mode }) },
  });
};
