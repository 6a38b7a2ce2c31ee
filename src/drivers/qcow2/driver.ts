/**
 * `qcow2`: a format with metadata of its own and a backing file (QEMU block/qcow2.c).
 *
 * Its metadata is read and, if the node is writable, changed even while nobody uses the node: hence
 * it keeps everybody else from writing its file (the default rule of its roles).
 *
 * Limits: rules and options only. It has no data path yet, so graphs with it can be built, rewired
 * and judged, but no request passes through it. What the image's header says is known if the images
 * are (src/graph/image-facts.ts).
 */
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";

export const qcow2 = defineDriver({
  name: "qcow2",
  summary: "a format with metadata and a backing file (permissions only)",
  options: commonOptions,
  children: [
    { name: "file", roles: ["data", "metadata", "primary"] },
    { name: "backing", roles: ["cow"], optional: true },
  ],
  headed: true,
  length: ({ header }) => header?.size ?? null,
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
