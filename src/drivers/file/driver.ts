/**
 * `file`: a node whose bytes are those of one image (QEMU block/file-posix.c).
 *
 * It locks of its image what its parents require, and what they do not share (file-locks.ts). In a
 * run of a model the image is a file in the run's folder, in the simulator memory, and in a live
 * graph whatever file that is. All operations go
 * straight to it; discards and zeroes punch holes, so both read as zeros afterwards.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { isJsonObject } from "../../graph/graph.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { storageCharts } from "../storage-charts.ts";
import { manual } from "./manual.ts";

const options = commonOptions.extend({
  locking: z.enum(["auto", "on", "off"]).default("auto").meta({
    description: "whether others who open the image can tell what this node does to it",
  }),
  aio: z.enum(["threads", "native", "io_uring"]).optional().meta({
    description: "how the host does I/O, which nothing here depends on",
  }),
  filename: z.string().min(1).meta({
    description: "the image: a file, or in a run of a model its name in the run's folder",
  }),
});

export const file = defineDriver({
  name: "file",
  summary: "keeps its bytes in an image",
  manual,
  options,
  children: [],
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => storageCharts("file"),
  checked({ aio, cache }) {
    if (aio !== "native" || (isJsonObject(cache) && cache.direct === true)) return;
    throw refuse(
      "aio=native was specified, but it requires cache.direct=on, which was not specified.",
    );
  },
  lockedFile: ({ filename, locking }) => (locking === "off" ? null : String(filename)),
  known: ({ filename }) => String(filename),
  image: ({ filename }) => filename,
});
