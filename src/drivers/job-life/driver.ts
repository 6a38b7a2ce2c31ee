/**
 * `job-life`: what stands between a job and its filter, if the job was told what to do about errors
 * (`on-source-error` and `on-target-error`, or `on-error`; section 3.5 of the reference).
 *
 * It is no node of the graph, and nobody can add one (src/system/life.ts). All that the job asks
 * its filter to copy goes through it first. Commands ask and tell its cluster chart.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { clusterChart } from "./cluster-chart.ts";
import { copyChart } from "./copy-chart.ts";
import { manual } from "./manual.ts";

const REACTIONS = ["report", "stop", "enospc"] as const;

export const jobLife = defineDriver({
  name: "job-life",
  summary: "stops a job, or has it fail, when what it copies cannot be copied",
  manual,
  options: commonOptions.extend({
    reaction: z.enum(REACTIONS).meta({ description: "what the job does about an error" }),
  }),
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  internal: true,
  reopens: null,
  parameters: ({ reaction }) => ({ reaction }),
  memoryKey: "job-life",
  everyParameters: REACTIONS.map((reaction) => ({ reaction })),
  charts: ({ reaction }) => ({
    cluster: clusterChart(),
    node: null,
    requests: { copy: copyChart(reaction) },
    tasks: {},
  }),
});
