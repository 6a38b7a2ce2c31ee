/**
 * `dirty-bitmap`: what records the changes of a node for one of its dirty bitmaps (QEMU
 * block/dirty-bitmap.c; section 3.6 of the reference).
 *
 * It is no node of the graph, and nobody can add one: `block-dirty-bitmap-add` does. All changes of
 * the node go through it, whoever they come from (src/system/recorder.ts). Commands clear bitmaps,
 * merge them, and fill hooks from them by telling the cluster charts (src/graph/notice.ts).
 *
 * Limits: in a model a bit is a cluster, so the granularity must be the size of one. In a live
 * graph a bit stands for what it is told to, and a bitmap has 2^28 of them at most.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { type Change, changeChart } from "./change-chart.ts";
import { clusterChart } from "./cluster-chart.ts";
import { manual } from "./manual.ts";
import { nodeChart } from "./node-chart.ts";

const RECORDS = ["nothing", "bitmap", "successor"] as const;

export const dirtyBitmap = defineDriver({
  name: "dirty-bitmap",
  summary: "records which clusters of a node were changed",
  manual,
  options: commonOptions.extend({
    records: z.enum(RECORDS).meta({
      description: "where changes are recorded: nowhere, in the bitmap, or in its successor",
    }),
    persistent: z.boolean().meta({ description: "whether the bitmap may be stored" }),
  }),
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  internal: true,
  reopens: null,
  parameters: ({ records, persistent }) => ({ records, persistent }),
  memoryKey: "dirty-bitmap",
  everyParameters: RECORDS.flatMap((records) =>
    [false, true].map((persistent) => ({ records, persistent })),
  ),
  charts: ({ records, persistent }) => {
    const mark = ({ nothing: null, bitmap: "MARK", successor: "MARK_SUCCESSOR" } as const)[records];
    const chart = (change: Change) => changeChart(change, mark, persistent);
    return {
      cluster: clusterChart(),
      node: nodeChart(),
      requests: {
        write: chart("write"),
        "write-unchanged": chart("write-unchanged"),
        "write-compressed": chart("write-compressed"),
        "write-zeroes": chart("write-zeroes"),
        discard: chart("discard"),
      },
      tasks: {},
    };
  },
});
