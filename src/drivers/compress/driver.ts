/**
 * `compress`: asks the format below to compress what is written (QEMU block/filter-compress.c). No
 * format here compresses, so every request is handed on.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";

export const compress = defineDriver({
  name: "compress",
  summary: "a filter that has data written compressed",
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("compress", "file"),
});
