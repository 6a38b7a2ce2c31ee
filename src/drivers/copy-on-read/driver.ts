/**
 * `copy-on-read`: copies what is read from a backing file into the file above it (QEMU
 * block/copy-on-read.c).
 *
 * It always writes without changing anything, and lets others do so; it never requires that by
 * asking for `write`. While it is being opened it asks for nothing.
 *
 * With a `bottom`, the chain down to that node is frozen while the filter is there. QEMU hangs if
 * the chain does not lead there (defect R05); here that is refused, with the hang predicted.
 *
 * Limits: nothing is copied yet, and every request is handed on, as is right where nothing below
 * has a backing file. Above a qcow2 node that has one, reads are right, and go on being slow.
 */
import { z } from "zod";
import type { OpenedContext } from "../../graph/catalogue.ts";
import { Chains } from "../../graph/chain.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { requireFreezable } from "../../graph/frozen.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { NO_DEMANDS, WRITE_UNCHANGED } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { Refusal, refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";

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
  const links = new Chains(graph, drivers).links(node.name, bottom);
  requireFreezable(graph, links ?? [], drivers, node.name);
  if (links === null) {
    throw new Refusal(`Bottom node '${bottom}' is not below '${node.name}'`, null, "hang");
  }
}

export const copyOnRead = defineDriver({
  name: "copy-on-read",
  summary: "copies what is read from a backing file into the file above it",
  options: commonOptions.extend({
    bottom: z.string().optional().meta({ description: "node below which nothing is copied from" }),
  }),
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  variableLength: true,
  reopens: null,
  opened: requireChain,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("copy-on-read", "file"),
});
