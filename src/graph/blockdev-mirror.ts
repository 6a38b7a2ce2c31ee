/**
 * `blockdev-mirror`: the graph side of a mirror job, which copies a disk to a target, and then all
 * that is written (QEMU block/mirror.c, `mirror_start_job`).
 *
 * A filter goes above the disk, under all who use it. While the job runs, the target is no image of
 * any point in time, so nobody else may read it.
 *
 * A commit of the topmost file of a chain is a mirror too, with a file below as its target: then
 * the target may be used, and what is between must not be read (block-commit.ts).
 *
 * `sync: top` leaves out what lies behind the disk, and `sync: none` all that was there before.
 *
 * Limit: the graph knows a job until it is cancelled or completed.
 */

import { z } from "zod";
import { UNEQUAL } from "./backup-ends.ts";
import { Chains } from "./chain.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { endedJob, restOf } from "./ended-job.ts";
import { nodes, sent } from "./example.ts";
import { findDeviceOrNode } from "./find-node.ts";
import { requireFreezable } from "./frozen.ts";
import { type BlockJob, type Graph, type GraphNode, parentEdges } from "./graph.ts";
import type { JobEdges } from "./job.ts";
import { appendedFilter } from "./job-filter.ts";
import { JOB_OPTIONS, type Life, newLife, ON_ERROR } from "./job-options.ts";
import { lengthNow } from "./length.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { CONSISTENT_READ, RESIZE, WRITE, WRITE_UNCHANGED } from "./permission.ts";
import { refuse } from "./refuse.ts";
import { started } from "./start-job.ts";
import { telling } from "./telling.ts";
import { Topology } from "./topology.ts";

const WATCHED = CONSISTENT_READ | WRITE | WRITE_UNCHANGED;

export const blockdevMirror = defineCommand({
  name: "blockdev-mirror",
  summary: "Copies a disk to a target, and all that is written to it.",
  schema: JOB_OPTIONS.extend({
    device: z.string().meta({ description: "the disk" }),
    target: z.string().meta({ description: "the node that becomes equal to it" }),
    sync: z
      .enum(["none", "full", "top", "incremental", "bitmap"])
      .meta({ description: "what is copied besides what guests write" }),
    "on-source-error": ON_ERROR,
    "on-target-error": ON_ERROR,
    "copy-mode": z
      .enum(["background", "write-blocking"])
      .default("background")
      .meta({ description: "whether guests write the target as well, and wait for it" }),
  }),
  example: [
    ...nodes("disk", "target"),
    sent("blockdev-mirror", { "job-id": "job", device: "disk", target: "target", sync: "full" }),
  ],
  apply(before, args, context) {
    const disk = findDeviceOrNode(before, args.device);
    requireRoot(before, disk.name);
    const target = findDeviceOrNode(before, args.target);
    requireUnblocked(before, disk.name);
    requireUnblocked(before, target.name);
    if (args.sync === "incremental" || args.sync === "bitmap") {
      throw refuse(`Sync mode '${args.sync}' not supported`);
    }
    const id = args["job-id"] ?? "";
    const filterName = args["filter-node-name"] ?? null;
    const base = args.sync === "top" ? behind(before, disk.name, context) : null;
    const copies = args.sync === "none" ? "nothing" : base === null ? "everything" : "missing";
    const job = { id, type: "mirror", madeWritable: null, filterName } as const;
    const life = newLife(args, args["on-source-error"], args["on-target-error"]);
    const mirror = { ...job, base, copies, copyMode: args["copy-mode"], ...life } as const;
    return mirrored(before, disk, target, mirror, before, context);
  },
});

/** The file behind a disk; null: there is none. */
function behind(graph: Graph, disk: string, { drivers }: CommandContext): string | null {
  const chains = new Chains(graph, drivers);
  return chains.link(chains.skipFilters(disk))?.child ?? null;
}

/** @throws BlockgraphError `graph-refused` if a node or job uses the node (`bdrv_is_root_node`) */
export function requireRoot(graph: Graph, name: string): void {
  const inner = parentEdges(graph, name).some(
    ({ parent: { kind } }) => kind === "node" || kind === "job",
  );
  if (!inner) return;
  throw refuse("Need a root block node");
}

/** What is to be known of a job that mirrors. */
export interface Mirror extends Life {
  readonly id: string;
  readonly type: "mirror" | "commit";
  readonly madeWritable: string | null;
  readonly filterName: string | null;
  /** the file behind the disk, if that is left out; null: nothing is */
  readonly base: string | null;
  readonly copies: BlockJob["copies"];
  readonly copyMode: "background" | "write-blocking";
}

/** The graph with a job that mirrors a disk. @param before the graph before the command */
export function mirrored(
  graph: Graph,
  disk: GraphNode,
  target: GraphNode,
  { filterName, base, copyMode, ...own }: Mirror,
  before: Graph,
  context: CommandContext,
): Graph {
  const chains = new Chains(graph, context.drivers);
  if (chains.skipFilters(disk.name) === chains.skipFilters(target.name)) {
    throw refuse("Can't mirror node into itself");
  }
  const commits = chains.contains(disk.name, target.name);
  const ends = { ...(commits && { bottom: target.name }), ...(base !== null && { base }) };
  const options = { "copy-mode": copyMode, ...ends };
  const top = { driver: "mirror_top", options, readOnly: false };
  const { graph: filtered, filter } = appendedFilter(graph, disk, filterName, top, context);
  const mirror = { ...own, filter };
  const mirroring = started(filtered, mirror, before, context, (job) => {
    job.hold("main node", filter, { perm: CONSISTENT_READ, shared: WATCHED });
    const grows = commits && isShorter(graph, target, disk, context);
    if (!commits && chains.contains(disk.name, chains.skipFilters(target.name))) {
      throw refuse("Cannot mirror to a filter on top of a node in the source's backing chain");
    }
    job.use("target", target.name, {
      perm: WRITE | (grows ? RESIZE : 0),
      shared: WRITE_UNCHANGED | (commits ? CONSISTENT_READ | WRITE : 0),
    });
    job.hold("source", disk.name, { perm: 0, shared: WATCHED });
    job.hold("target", target.name);
    if (!commits) return;
    const below = (chains.links(disk.name, target.name) ?? []).map(({ child }) => child);
    holdBetween(job, chains, below.slice(0, -1), target.name);
    const links = new Chains(job.graph, context.drivers).links(filter, target.name) ?? [];
    requireFreezable(job.graph, links, context.drivers, filter);
  });
  if (commits) return mirroring;
  const clean = { node: filter, event: "CLEAN", only: null };
  const told = own.copies === "nothing" ? telling(mirroring, clean) : mirroring;
  return unlessUnequal(told, disk, target, mirror, context);
}

/**
 * A mirror that begins with different lengths ends at once (`mirror_run`); unless it does not begin
 * at all, because a node that it works on stands still.
 */
function unlessUnequal(
  graph: Graph,
  disk: GraphNode,
  target: GraphNode,
  mirror: BlockJob,
  context: CommandContext,
): Graph {
  const [one, other] = [disk, target].map(({ name }) => lengthNow(graph, name, context));
  const unequal = one !== other && typeof one === "number" && typeof other === "number";
  const below = Topology.of(graph).order([mirror.filter, target.name]);
  const still = below.some((name) => graph.nodes.get(name)?.found.drained === true);
  const failed = { ...mirror, error: UNEQUAL };
  return unequal && !still ? endedJob(graph, failed, context, restOf(mirror)) : graph;
}

/**
 * Keeps everybody from reading what a commit empties. Filters on the base show the base, which
 * stays an image. All must let the base be written, or the job would keep itself from it.
 */
export function holdBetween(
  job: JobEdges,
  chains: Chains,
  nodes: readonly string[],
  base: string,
): void {
  for (const name of nodes) {
    const onBase = chains.skipFilters(name) === chains.skipFilters(base);
    const shared = WRITE_UNCHANGED | WRITE | (onBase ? CONSISTENT_READ : 0);
    job.hold("intermediate node", name, { perm: 0, shared });
  }
}

/** Whether a node would have to grow to hold another. */
export function isShorter(
  graph: Graph,
  one: GraphNode,
  other: GraphNode,
  context: CommandContext,
): boolean {
  const [own, wanted] = [one, other].map(({ name }) => lengthNow(graph, name, context));
  return typeof own === "number" && typeof wanted === "number" && own < wanted;
}
