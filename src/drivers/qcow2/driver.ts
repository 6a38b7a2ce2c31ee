/**
 * `qcow2`: a format with metadata of its own and a backing file (QEMU block/qcow2.c).
 *
 * What was never written to it shows its backing file. Its metadata is read and, if the node is
 * writable, changed even while nobody uses the node: hence it keeps everybody else from writing its
 * file (the default rule of its roles).
 *
 * Limits: the charts are those of clusters, without the format. In a live graph the format is below
 * them (src/storage/qcow2), and knows which clusters are its own. In a model each cluster stands at
 * its own offset in `file`, and which are allocated is remembered by the node, from none at the
 * beginning, so that a run makes no image that `qemu-img` would know. A backing file must be as
 * long as the node at least. What the image's header says is known if the images are
 * (src/graph/image-facts.ts). That writes serialise is a property of the node here, not of each
 * request.
 */
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { clusterChart } from "./cluster-chart.ts";
import { manual } from "./manual.ts";
import { EVERY_PARAMETERS, type Qcow2Parameters } from "./parameters.ts";
import { blockStatusChart, isInBaseChart, isMissingChart, readChart } from "./read-charts.ts";
import { runtimeOptions } from "./runtime-options.ts";
import { completeTaskChart, discardChart, writeChart } from "./write-charts.ts";

const SECTOR = 512;

export const qcow2 = defineDriver({
  name: "qcow2",
  summary: "a format with metadata and a backing file",
  manual,
  options: commonOptions.extend(runtimeOptions.shape),
  children: [
    { name: "file", roles: ["data", "metadata", "primary"] },
    { name: "backing", roles: ["cow"], optional: true },
  ],
  reopens: Object.keys(runtimeOptions.shape),
  headed: true,
  storesBitmaps: true,
  compresses: true,
  located: { event: "LOCATE", own: "IN_FILE", taken: ["CLAIM", "COMMIT"] },
  length: ({ header }) => header?.size ?? null,
  resizes: (_options, { size }) =>
    size % SECTOR === 0 ? null : "The new size must be a multiple of 512",
  parameters: (_, __, { children, serialised, last }): Qcow2Parameters => {
    const backing = children.has("backing");
    return { backing, serialised, last: last || !backing };
  },
  memoryKey: "qcow2",
  everyParameters: EVERY_PARAMETERS,
  charts: (parameters, bounds) => ({
    cluster: clusterChart(bounds.readers),
    node: null,
    requests: {
      read: readChart(parameters),
      write: writeChart("write", parameters),
      "write-unchanged": writeChart("write-unchanged", parameters),
      "write-compressed": writeChart("write-compressed", parameters),
      "write-zeroes": writeChart("write-zeroes", parameters),
      discard: discardChart(parameters),
      flush: forwardChart("qcow2/flush", "file", "flush"),
      "block-status": blockStatusChart(parameters),
      "is-missing": isMissingChart(),
      "is-in-base": isInBaseChart(parameters),
    },
    tasks: parameters.backing ? { complete: completeTaskChart() } : {},
  }),
});
