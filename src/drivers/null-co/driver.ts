/**
 * `null-co`: forgets what is written and reads as zeros (QEMU block/null.c).
 *
 * QEMU leaves a read buffer as it was unless `read-zeroes` is on; here reads always give zeros,
 * because a view of arbitrary bytes can be compared with nothing.
 */
import { z } from "zod";
import { acceptChart } from "../../chart/accept.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { nodeChart, zeroReadChart } from "./charts.ts";
import { manual } from "./manual.ts";

/** bytes */
const USUAL_SIZE = 1 << 30;

const options = commonOptions.extend({
  size: z
    .int()
    .min(0, "a non-negative number below 2^64")
    .default(USUAL_SIZE)
    .meta({ description: "bytes; default 1 GiB" }),
  "read-zeroes": z.boolean().default(false).meta({
    description: "read as zeros; here it always does",
  }),
});

export const nullCo = defineDriver({
  name: "null-co",
  summary: "forgets what is written, reads as zeros",
  manual,
  options,
  children: [],
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: null,
    node: nodeChart(),
    requests: {
      read: zeroReadChart(),
      write: acceptChart("null-co/write"),
      "write-unchanged": acceptChart("null-co/write-unchanged"),
      "write-zeroes": acceptChart("null-co/write-zeroes"),
      discard: acceptChart("null-co/discard"),
      flush: acceptChart("null-co/flush"),
      "block-status": acceptChart("null-co/block-status", "zero"),
    },
    tasks: {},
  }),
  length: ({ options: { size } }) => (typeof size === "number" ? size : USUAL_SIZE),
  resizes: () => "Image format driver does not support resize",
  geometry: ({ size }) => ({ length: size, shift: 0 }),
});
