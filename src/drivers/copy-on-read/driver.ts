/**
 * `copy-on-read`: copies what is read from a backing file into the file above it (QEMU
 * block/copy-on-read.c).
 *
 * It always writes without changing anything, and lets others do so; it never requires that by
 * asking for `write`. While it is being opened it asks for nothing.
 *
 * With a `bottom`, only what files down to that node have is copied, and the chain down to there is
 * frozen while the filter is there. QEMU hangs if the chain does not lead there (defect R05); here
 * that is refused, with the hang predicted. A stream puts such a filter above its file and has it
 * copy what it would read, without the data (`BDRV_REQ_PREFETCH`).
 *
 * A read copies whole clusters, those of which the node below lacks some: it asks that, through
 * filters that hand everything on (is-missing). A node that does not know has all. If what was
 * read cannot be written back the read fails, as in QEMU, which says of it that ignoring the error
 * might be all right.
 *
 * Limits: zeros are copied as data. Who uses the node below in another way than through the filter
 * does not wait for its reads.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import type { OpenedContext } from "../../graph/catalogue.ts";
import { Chains } from "../../graph/chain.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { requireFreezable } from "../../graph/frozen.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { NO_DEMANDS, WRITE_UNCHANGED } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { Refusal, refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { changeChart, copyTaskChart, populateChart, readChart } from "./charts.ts";
import { clusterChart } from "./cluster-chart.ts";
import { manual } from "./manual.ts";

const permissions: PermissionRule = ({ demands: { perm, shared }, opening, inactive }) =>
  opening
    ? NO_DEMANDS
    : { perm: perm | (inactive ? 0 : WRITE_UNCHANGED), shared: shared | WRITE_UNCHANGED };

function requireChain(graph: Graph, node: GraphNode, { drivers }: OpenedContext): void {
  const { bottom } = node.options;
  if (typeof bottom !== "string") return;
  const lowest = graph.nodes.get(bottom);
  if (lowest === undefined) throw refuse(`Bottom node '${bottom}' not found`);
  if (drivers.get(lowest.driver)?.filter === true)
    throw refuse(`Bottom node '${bottom}' is a filter`);
  const chains = new Chains(graph, drivers);
  const links = chains.links(node.name, bottom);
  // It looks at all links of the chain before it looks for its end.
  const looked = links ?? chains.nodes(node.name).flatMap((name) => chains.link(name) ?? []);
  requireFreezable(graph, looked, drivers, node.name);
  if (links === null) {
    throw new Refusal(`Bottom node '${bottom}' is not below '${node.name}'`, null, "hang");
  }
}

export const copyOnRead = defineDriver({
  name: "copy-on-read",
  summary: "copies what is read from a backing file into the file above it",
  manual,
  options: commonOptions.extend({
    bottom: z.string().optional().meta({ description: "node below which nothing is copied from" }),
  }),
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  compresses: true,
  variableLength: true,
  reopens: null,
  opened: requireChain,
  parameters: ({ bottom }) => ({ ends: bottom !== undefined }),
  everyParameters: [{ ends: false }, { ends: true }],
  charts: ({ ends }, { readers }) => ({
    cluster: clusterChart(readers),
    node: null,
    requests: {
      read: readChart(),
      write: changeChart("write"),
      "write-unchanged": changeChart("write-unchanged"),
      "write-compressed": changeChart("write-compressed"),
      "write-zeroes": changeChart("write-zeroes"),
      discard: changeChart("discard"),
      flush: forwardChart("copy-on-read/flush", "file", "flush"),
      "block-status": forwardChart("copy-on-read/block-status", "file", "block-status"),
      "is-missing": forwardChart("copy-on-read/is-missing", "file", "is-missing"),
      "is-in-base": forwardChart("copy-on-read/is-in-base", "file", "is-in-base"),
      copy: populateChart(),
    },
    tasks: { copy: copyTaskChart(ends) },
  }),
});
