/**
 * `compress`: asks the format below to compress what is written (QEMU block/filter-compress.c).
 *
 * Limit: what a guest writes is handed on as it is: only a backup has its target compress.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { childEdges } from "../../graph/graph.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

export const compress = defineDriver({
  name: "compress",
  summary: "a filter that has data written compressed",
  manual,
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  asksBelow: true,
  variableLength: true,
  opened(graph, node, { drivers }) {
    const [below] = childEdges(graph, { kind: "node", name: node.name });
    const driver = below === undefined ? "" : graph.nodes.get(below.child)?.driver;
    if (driver !== undefined && drivers.get(driver)?.compresses === true) return;
    throw refuse(`Compression is not supported for underlying format: ${driver}`);
  },
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("compress", "file"),
});
