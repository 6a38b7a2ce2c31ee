/**
 * `block-stream`: the graph side of a stream job, which copies into a file what it has from files
 * below, so that it can do without them (QEMU block/stream.c, `stream_start`).
 *
 * The job is a copy-on-read filter above the file, and reads through it. Until it ends the chain
 * stays as it is, and nobody may write the files that are to be done without.
 *
 * Limits: the graph knows a job until a command ends it: it is cancelled, or finalized
 * (ended-well.ts), of which whoever does it must know that all was copied.
 */

import { z } from "zod";
import { Chains } from "./chain.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { endedJob, restored } from "./ended-job.ts";
import { layer, sent } from "./example.ts";
import { findDeviceOrNode, findNode } from "./find-node.ts";
import { requireFreezable } from "./frozen.ts";
import { type BlockJob, type Graph, type GraphNode, type Parent, sameParent } from "./graph.ts";
import { backendsOfJob, JobEdges } from "./job.ts";
import { insertedFilter } from "./job-filter.ts";
import { JOB_OPTIONS, newLife, ON_ERROR } from "./job-options.ts";
import { requireUnblocked } from "./op-blocker.ts";
import { CONSISTENT_READ, WRITE, WRITE_UNCHANGED } from "./permission.ts";
import { setReadOnly } from "./read-only.ts";
import { isRefusal, leaving, Refusal, refuse, takingBack } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";

const KEPT = CONSISTENT_READ | WRITE_UNCHANGED;

const schema = JOB_OPTIONS.extend({
  device: z.string().meta({ description: "the file that gets the data" }),
  "base-node": z
    .string()
    .optional()
    .meta({ description: "the file below it that stays its backing file; default: none" }),
  bottom: z
    .string()
    .optional()
    .meta({ description: "the lowest file that is copied from; instead of `base-node`" }),
  "backing-file": z
    .string()
    .optional()
    .meta({ description: "what the image above is told to name as its backing file" }),
  "on-error": ON_ERROR,
});

export const blockStream = defineCommand({
  name: "block-stream",
  summary: "Copies into a file what it has from files below.",
  schema,
  example: [
    ...[layer("base", null), layer("middle", "base"), layer("top", "middle")],
    sent("block-stream", { "job-id": "job", device: "top", "base-node": "base" }),
  ],
  apply(before, args, context) {
    if (args["base-node"] !== undefined && args.bottom !== undefined) {
      throw refuse("'bottom' and 'base-node' cannot be specified at the same time");
    }
    const top = findDeviceOrNode(before, args.device);
    const chains = new Chains(before, context.drivers);
    const end = endOf(before, chains, top, args, context);
    const below = chains.nodes(top.name).slice(1);
    const between = end.base === null ? below : below.slice(0, below.indexOf(end.base));
    for (const name of [top.name, ...between]) requireUnblocked(before, name, "stream");
    if (args["backing-file"] !== undefined && args["base-node"] === undefined) {
      throw refuse("backing file specified, but streaming the entire chain");
    }
    const bottom = end.bottom ?? overlayOf(chains, top, end.base);
    const { graph, madeWritable } = writable(before, chains, top, between, context);
    const name = args["filter-node-name"] ?? null;
    const { graph: filtered, filter } = takingBack(before, () =>
      restoring(madeWritable, context, () =>
        insertedFilter(graph, top.name, name, { driver: "copy-on-read", bottom }, context),
      ),
    );
    const id = args["job-id"] ?? "";
    const life = newLife(args, args["on-error"], args["on-error"]);
    const own = { ...life, id, filter, madeWritable } as const;
    const plan = { ...own, type: "stream", copies: "missing" } as const;
    const job = new JobEdges(filtered, plan, before, context);
    job.hold("main node", filter);
    job.use("source", filter, { perm: CONSISTENT_READ, shared: KEPT | WRITE });
    try {
      job.hold("active node", top.name, { perm: 0, shared: KEPT | WRITE });
      for (const name of between) job.hold("intermediate node", name, { perm: 0, shared: KEPT });
      return job.graph;
    } catch (error) {
      if (!isRefusal(error) || context.profile.refusedStream === "leaves-nothing") throw error;
      throw new Refusal(error.message, abandoned(job.graph, plan, context), null, { cause: error });
    }
  },
});

/**
 * What QEMU leaves of a stream that is refused as late as that: all of it goes as when it is
 * cancelled, but the user through which it would have read.
 */
function abandoned(graph: Graph, job: BlockJob, context: CommandContext): Graph {
  const users = graph.edges.filter(({ parent: { kind } }) => kind === "backend").length;
  const forgotten = { kind: "backend", name: `#${users} forgotten` } as const;
  const own = backendsOfJob(graph, job);
  const isOwn = (parent: Parent) => own.some((each) => sameParent(each, parent));
  const edges = graph.edges.map((edge) =>
    isOwn(edge.parent) ? { ...edge, parent: forgotten } : edge,
  );
  const backends = graph.backends.map((parent) => (isOwn(parent) ? forgotten : parent));
  return endedJob({ ...graph, edges, backends }, job, context);
}

/** What was made writable for what is refused is read-only again. */
function restoring<T>(madeWritable: string | null, context: CommandContext, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Refusal) || error.graph === null) throw error;
    throw leaving(error, restored(error.graph, madeWritable, context));
  }
}

/** The last file that is copied from, if it was given, and what is below that; null: nothing. */
function endOf(
  graph: Graph,
  chains: Chains,
  top: GraphNode,
  { "base-node": baseName, bottom: bottomName }: z.infer<typeof schema>,
  { drivers }: CommandContext,
): { readonly bottom: string | null; readonly base: string | null } {
  if (bottomName !== undefined) {
    const bottom = findNode(graph, bottomName);
    if (shapeOf(bottom.driver, drivers).filter) {
      throw refuse(`Node '${bottomName}' is a filter, use a non-filter node as 'bottom'`);
    }
    if (!chains.contains(top.name, bottomName)) {
      throw refuse(`Node '${bottomName}' is not in a chain starting from '${top.name}'`);
    }
    return { bottom: bottomName, base: chains.link(bottomName)?.child ?? null };
  }
  const base = baseName === undefined ? null : findNode(graph, baseName).name;
  if (base !== null && (base === top.name || !chains.contains(top.name, base))) {
    throw refuse(`Node '${base}' is not a backing image of '${top.name}'`);
  }
  return { bottom: null, base };
}

/** @throws BlockgraphError `graph-refused` if only filters are above the base */
function overlayOf(chains: Chains, top: GraphNode, base: string | null): string {
  const overlay = chains.overlayOf(top.name, base);
  if (overlay !== undefined) return overlay;
  throw refuse(`'${base}' is not in the backing chain of '${top.name}'`);
}

/** The file can be written; and its name, if it could not before. */
function writable(
  graph: Graph,
  chains: Chains,
  top: GraphNode,
  between: readonly string[],
  context: CommandContext,
) {
  if (!top.readOnly) return { graph, madeWritable: null };
  const links = chains.links(top.name, between.at(-1) ?? top.name) ?? [];
  requireFreezable(graph, links, context.drivers, top.name);
  return { graph: setReadOnly(graph, top, false, context), madeWritable: top.name };
}
