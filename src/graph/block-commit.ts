/**
 * `block-commit`: the graph side of a commit job, which moves the data of a chain's upper files
 * down into one of them (QEMU block/commit.c, `commit_start`).
 *
 * A filter goes above the topmost file that is emptied. From there down to the base nothing is a
 * consistent image while the job runs, so nobody may read it. If somebody writes the topmost file,
 * the job is a mirror into the base, which follows what is written (`commit_active_start`).
 *
 * Limits: the graph knows a job until a command ends it: it is cancelled, or finalized or, as a
 * mirror, completed (ended-well.ts), of which whoever does it must know that all was copied.
 */

import { z } from "zod";
import { holdBetween, isShorter, mirrored, requireRoot } from "./blockdev-mirror.ts";
import { Chains } from "./chain.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { layer, sent } from "./example.ts";
import { find, findNode } from "./find-node.ts";
import { requireFreezable } from "./frozen.ts";
import { type Graph, type GraphNode, parentEdges } from "./graph.ts";
import { JobEdges } from "./job.ts";
import { appendedFilter } from "./job-filter.ts";
import { JOB_OPTIONS, type Life, newLife, ON_ERROR } from "./job-options.ts";
import { requireUnblocked } from "./op-blocker.ts";
import {
  CONSISTENT_READ,
  cumulative,
  NO_DEMANDS,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "./permission.ts";
import { setReadOnly } from "./read-only.ts";
import { refuse } from "./refuse.ts";

export const blockCommit = defineCommand({
  name: "block-commit",
  summary: "Moves the data of a chain's upper files down into one of them.",
  schema: JOB_OPTIONS.extend({
    device: z.string().meta({ description: "the topmost node of the chain" }),
    "top-node": z
      .string()
      .optional()
      .meta({ description: "the uppermost file that is emptied; default: the topmost one" }),
    "base-node": z
      .string()
      .optional()
      .meta({ description: "the file that gets the data; default: the lowest one" }),
    "backing-file": z
      .string()
      .optional()
      .meta({ description: "what the image above is told to name as its backing file" }),
    "on-error": ON_ERROR,
  }),
  example: [
    ...[layer("base", null), layer("middle", "base"), layer("top", "middle")],
    sent("block-commit", {
      ...{ "job-id": "job", device: "top", "top-node": "middle", "base-node": "base" },
    }),
  ],
  apply(before, args, context) {
    const disk = find(before, args.device, `Device '${args.device}' not found`);
    const fed = context.profile.targetCommit === "allowed" && isBackedUpTo(before, disk.name);
    if (!fed) requireRoot(before, disk.name);
    if (!fed) requireUnblocked(before, disk.name);
    const chains = new Chains(before, context.drivers);
    const top = within(before, chains, disk, args["top-node"]) ?? disk;
    const last = find(before, chains.nodes(top.name).at(-1) ?? top.name, "");
    const base = within(before, chains, top, args["base-node"]) ?? last;
    for (const name of [top.name, ...belowOf(chains, top, base)]) {
      if (!fed || name !== disk.name) requireUnblocked(before, name, "commit-target");
    }
    if (top === base) throw refuse("cannot commit an image into itself");
    const { perm } = cumulative(parentEdges(before, top.name));
    const same = chains.skipFilters(top.name) === chains.skipFilters(disk.name);
    const commit: Commit = {
      ...{ disk, top, base, id: args["job-id"] ?? "" },
      filterName: args["filter-node-name"] ?? null,
      life: newLife(args, args["on-error"], args["on-error"]),
    };
    if ((perm & WRITE) === 0 && !same) return committed(before, commit, context);
    if (args["backing-file"] !== undefined) {
      throw refuse("'backing-file' specified, but 'top' is the active layer");
    }
    const { graph, madeWritable } = writable(before, base, context);
    const { id, filterName, life } = commit;
    const job = { ...life, id, type: "commit", filterName } as const;
    const rest = { base: null, copies: "missing", copyMode: "background" } as const;
    const mirror = { ...job, ...rest, madeWritable };
    return mirrored(graph, top, base, mirror, before, context);
  },
});

interface Commit {
  readonly id: string;
  readonly filterName: string | null;
  readonly life: Life;
  readonly disk: GraphNode;
  readonly top: GraphNode;
  readonly base: GraphNode;
}

/** Whether nobody works on a node but a backup, which writes it. */
function isBackedUpTo({ edges, jobs }: Graph, name: string): boolean {
  const inner = edges.filter(
    ({ child, parent: { kind } }) => child === name && (kind === "node" || kind === "job"),
  );
  const backups = [...jobs.values()].filter(({ type }) => type === "backup");
  return (
    inner.length > 0 &&
    inner.every(
      ({ name: edge, parent }) =>
        edge === "target" &&
        backups.some(({ id, filter }) => parent.name === (parent.kind === "job" ? id : filter)),
    )
  );
}

/** A node that must be in a chain; undefined: none was given. */
function within(graph: Graph, chains: Chains, from: GraphNode, name: string | undefined) {
  if (name === undefined) return undefined;
  const node = findNode(graph, name);
  if (chains.contains(from.name, name)) return node;
  throw refuse(`'${name}' is not in this backing file chain`);
}

function belowOf(chains: Chains, top: GraphNode, base: GraphNode): string[] {
  return (chains.links(top.name, base.name) ?? []).map(({ child }) => child);
}

/** A commit of files that nobody writes. */
function committed(
  before: Graph,
  { id, filterName, life, disk, top, base }: Commit,
  context: CommandContext,
): Graph {
  const chains = new Chains(before, context.drivers);
  const overlay = chains.overlayOf(disk.name, top.name);
  if (overlay !== undefined) requireUnblocked(before, overlay, "commit-target");
  if (chains.skipFilters(top.name) === chains.skipFilters(base.name)) {
    throw refuse("Invalid files for merge: top and base are the same");
  }
  const { graph, madeWritable } = writable(before, base, context);
  const own = { ...life, id, filter: "", madeWritable } as const;
  const plan = { ...own, type: "commit", copies: "missing" } as const;
  const started = new JobEdges(graph, plan, before, context);
  started.hold("main node", disk.name);
  const filter = { driver: "commit_top", options: { bottom: base.name }, readOnly: true };
  const put = appendedFilter(started.graph, top, filterName, filter, context);
  const job = new JobEdges(put.graph, { ...plan, filter: put.filter }, before, context);
  holdBetween(job, chains, [top.name, ...belowOf(chains, top, base).slice(0, -1)], base.name);
  const links = new Chains(job.graph, context.drivers).links(put.filter, base.name) ?? [];
  requireFreezable(job.graph, links, context.drivers, put.filter);
  job.hold("base", base.name);
  job.use("base", base.name, {
    perm: CONSISTENT_READ | WRITE | (isShorter(before, base, top, context) ? RESIZE : 0),
    shared: CONSISTENT_READ | WRITE_UNCHANGED,
  });
  job.use("top", top.name, NO_DEMANDS);
  return job.graph;
}

/** The base can be written; and its name, if it could not before. */
function writable(graph: Graph, base: GraphNode, context: CommandContext) {
  if (!base.readOnly) return { graph, madeWritable: null };
  return { graph: setReadOnly(graph, base, false, context), madeWritable: base.name };
}
