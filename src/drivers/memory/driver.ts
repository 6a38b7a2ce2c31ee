/**
 * `memory`: a node whose bytes are kept in memory, also in a run, and are gone with the process.
 *
 * QEMU has nothing like it but `null-co`, which forgets. It is the fast tier of a cache
 * (fleecing-cache); a model says how long it is among its images.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { storageCharts } from "../storage-charts.ts";
import { manual } from "./manual.ts";

const options = commonOptions.extend({
  image: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a plain name")
    .meta({ description: "name of the image that is kept in memory" }),
});

export const memory = defineDriver({
  name: "memory",
  summary: "keeps its bytes in memory",
  manual,
  options,
  children: [],
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => storageCharts("memory"),
  image: ({ image }) => image,
});
