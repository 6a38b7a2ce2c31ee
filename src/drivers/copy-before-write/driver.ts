/**
 * `copy-before-write`: the hook. A filter over `file` that saves what a guest is about to overwrite
 * to `target`, so that the image of one point in time stays readable (QEMU
 * block/copy-before-write.c; rules C1-C13 and K4-K11 of the reference).
 *
 * The point in time is the instant at which the filter gets its first parent, not the instant at
 * which it is created (rule P13). Reads and flushes go to the source untouched (C1, C4), and so
 * does block-status (C7). Writes that cannot change what is seen go through as well (C3.1).
 * Everything else a guest does is in guest-charts.ts, what the reader of the view does in
 * view-charts.ts, and what a backup job does, whose filter it is, in ../job-copy-chart.ts.
 *
 * With a `bitmap` it keeps only what that has recorded until the filter is opened: the rest is as
 * in an earlier backup, is not saved, and cannot be read through the view (incremental fleecing).
 * The hook of a job that was told to (`discard-source`, since 9.1) has its source forget what it
 * has copied. That is for a view, which need not be kept there any more; a disk would lose data.
 * With `flush-target`, which QEMU does not have, what was saved is stable before it counts as
 * copied, so that a power failure after the guest's write does not lose it.
 *
 * Limits: `cbw-timeout` only says whether copies may time out; when one does is an event of the
 * environment.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import type { OpenedContext } from "../../graph/catalogue.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { leastCluster, requireClusterSize } from "../../graph/copied-at-once.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { lengthNow } from "../../graph/length.ts";
import { size, uint32 } from "../../graph/qapi-integer.ts";
import { prefixed, Refusal } from "../../graph/refuse.ts";
import { Topology } from "../../graph/topology.ts";
import { bitmapOption, leavingOut, namedBitmap } from "../bitmap-option.ts";
import { copyTaskChart } from "../copy-task-chart.ts";
import { defineDriver } from "../driver.ts";
import { jobCopyChart } from "../job-copy-chart.ts";
import { clusterChart } from "./cluster-chart.ts";
import { isFleecing } from "./fleecing.ts";
import { guestChart } from "./guest-charts.ts";
import { manual } from "./manual.ts";
import { nodeChart } from "./node-chart.ts";
import { type CopyBeforeWriteParameters, EVERY_PARAMETERS } from "./parameters.ts";
import { permissions } from "./permissions.ts";
import {
  snapshotBlockStatusChart,
  snapshotDiscardChart,
  snapshotReadChart,
} from "./view-charts.ts";

const options = commonOptions.extend({
  bitmap: bitmapOption,
  "on-cbw-error": z
    .enum(["break-guest-write", "break-snapshot"])
    .default("break-guest-write")
    .meta({ description: "what a failed copy breaks: the guest's write, or the view" }),
  "cbw-timeout": uint32
    .default(0)
    .meta({ description: "seconds after which a guest stops waiting for its copies; 0: never" }),
  "min-cluster-size": size
    .optional()
    .meta({ description: "bytes that are copied at once, at the least; a power of two" }),
  "discard-source": z.boolean().default(false).meta({
    description: "whether the source forgets what was copied",
  }),
  compress: z.boolean().default(false).meta({
    description: "whether the target compresses what it is written",
  }),
  "flush-target": z.boolean().default(false).meta({
    description: "whether what was saved is flushed before the guest overwrites it",
  }),
});

/** @throws Refusal where the profile's QEMU aborts */
function requireFreshLength(graph: Graph, { name }: GraphNode, context: OpenedContext): void {
  const edge = Topology.of(graph)
    .children(name)
    .find((each) => each.name === "file");
  const source = edge === undefined ? undefined : graph.nodes.get(edge.child);
  if (source === undefined || source.length === lengthNow(graph, source.name, context)) return;
  throw new Refusal(
    `QEMU 7.2 aborts when a hook is put above '${source.name}', which still goes by the length ` +
      "of a child that it had (defect M6); export it once, so that it is asked for its length",
    null,
    "abort",
  );
}

export const copyBeforeWrite = defineDriver({
  name: "copy-before-write",
  summary: "saves old data to its target before a guest overwrites it",
  manual,
  options,
  ofJobs: ["discard-source", "compress"],
  children: [
    { name: "file", roles: ["filtered", "primary"] },
    { name: "target", roles: ["data"] },
  ],
  permissions,
  filter: true,
  savesTo: "target",
  savesStably: (given) => given["flush-target"],
  reopens: null,
  opened(graph, node, context) {
    const bitmap = namedBitmap(graph, node);
    requireFreshLength(graph, node, context);
    prefixed("Cannot create block-copy-state: ", () => {
      requireClusterSize(leastCluster(node.options), context);
      if (bitmap === null) return;
      const to = `Failed to merge bitmap '${bitmap.name}' to internal copy-bitmap: `;
      prefixed(to, () => bitmap.requireUsable());
    });
  },
  tells: (node) => leavingOut(node, ["RESET", "EXCLUDE"]),
  find: (graph, { name }, drivers) => ({ fleecing: isFleecing(graph, name, drivers) }),
  parameters: (given, profile): CopyBeforeWriteParameters => ({
    onError: given["on-cbw-error"],
    timeout: given["cbw-timeout"] > 0,
    brokenView: profile.brokenView,
    viewDiscard: profile.viewDiscard,
    mixedRead: profile.mixedRead,
    flushesTarget: given["flush-target"],
    discardsSource: given["discard-source"],
    compresses: given.compress,
  }),
  everyParameters: EVERY_PARAMETERS,
  charts: (parameters, bounds) => ({
    cluster: clusterChart(parameters, bounds.readers),
    node: nodeChart(),
    requests: {
      read: forwardChart("copy-before-write/read", "file", "read"),
      write: guestChart("write", parameters),
      "write-unchanged": forwardChart(
        "copy-before-write/write-unchanged",
        "file",
        "write-unchanged",
      ),
      "write-zeroes": guestChart("write-zeroes", parameters),
      discard: guestChart("discard", parameters),
      flush: forwardChart("copy-before-write/flush", "file", "flush"),
      copy: jobCopyChart("copy-before-write"),
      "block-status": forwardChart("copy-before-write/block-status", "file", "block-status"),
      "snapshot-read": snapshotReadChart(parameters),
      "snapshot-discard": snapshotDiscardChart(parameters),
      "snapshot-block-status": snapshotBlockStatusChart(parameters),
    },
    tasks: {
      copy: copyTaskChart("copy-before-write", "file", {
        ...{ flushes: parameters.flushesTarget, discardsSource: parameters.discardsSource },
        compresses: parameters.compresses,
      }),
    },
  }),
});
