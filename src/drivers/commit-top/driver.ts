/**
 * `commit_top`: the filter that a commit puts above the files that it empties, and what copies for
 * the job (QEMU block/commit.c).
 *
 * Below it nothing is a consistent image any more, so it asks for nothing and minds nothing; who is
 * above reads through it all the same, and finds what was there: where a file above the base has a
 * cluster it is read from that, and the base is written only there. Only the job can open it.
 *
 * Limits: the pieces of the job are requests of whoever plays it. Zeros are copied as data.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { NO_DEMANDS } from "../../graph/permission.ts";
import { copiedChart } from "../copied-chart.ts";
import { defineDriver } from "../driver.ts";
import { jobCopyChart } from "../job-copy-chart.ts";
import { copyTaskChart } from "./copy-task-chart.ts";
import { manual } from "./manual.ts";

const HANDED_ON = ["read", "flush", "block-status", "is-missing", "is-in-base"] as const;

export const commitTop = defineDriver({
  name: "commit_top",
  summary: "hides from who is above that a commit empties the files below",
  manual,
  options: commonOptions.extend({
    bottom: z.string().optional().meta({ description: "the base that a commit writes to" }),
  }),
  children: [{ name: "backing", roles: ["filtered", "primary"] }],
  permissions: () => NO_DEMANDS,
  filter: true,
  internal: true,
  jobUses: ["top", "base"],
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: copiedChart("commit_top"),
    node: null,
    requests: {
      ...Object.fromEntries(
        HANDED_ON.map((operation) => [
          operation,
          forwardChart(`commit_top/${operation}`, "backing", operation),
        ]),
      ),
      copy: jobCopyChart("commit_top"),
    },
    tasks: { copy: copyTaskChart() },
  }),
});
