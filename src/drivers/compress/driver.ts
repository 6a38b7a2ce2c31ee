/**
 * `compress`: asks the format below to compress what is written (QEMU block/filter-compress.c). No
 * format here compresses, so every request is handed on.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { childEdges } from "../../graph/graph.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

/** Drivers that take compressed data, or hand it on (`bdrv_co_pwritev_compressed`). */
const CAN_COMPRESS: ReadonlySet<string> = new Set(["qcow2", "copy-on-read", "throttle"]);

export const compress = defineDriver({
  name: "compress",
  summary: "a filter that has data written compressed",
  manual,
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  asksBelow: true,
  variableLength: true,
  opened(graph, node) {
    const [below] = childEdges(graph, { kind: "node", name: node.name });
    const driver = below === undefined ? "" : graph.nodes.get(below.child)?.driver;
    if (driver !== undefined && CAN_COMPRESS.has(driver)) return;
    throw refuse(`Compression is not supported for underlying format: ${driver}`);
  },
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("compress", "file"),
});
