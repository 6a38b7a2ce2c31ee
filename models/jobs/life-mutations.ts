/**
 * One-line changes to what jobs do about errors.
 */
import { askClusters } from "../../src/chart/effects.ts";
import { bypass, reanswer, replaceEffect } from "../../src/chart/mutate.ts";
import { changesOf } from "../changes.ts";

const life = changesOf("job-life");
const hook = changesOf("copy-before-write");

const reply = (type: string) => ({ type: "reply", params: { type } }) as const;

/** A job that has failed is taken for one that has done its work. */
export const failedJobIsWell = life.inCluster((chart) =>
  reanswer(chart, "failed", "LOOK", { actions: [reply("WELL")] }),
);

/** A job that stands still is taken for one that has done its work. */
export const stoppedJobIsWell = life.inCluster((chart) =>
  reanswer(chart, "stopped", "LOOK", { actions: [reply("WELL")] }),
);

/** A job that has stopped stays so when it is resumed. */
export const resumedJobStands = life.inCluster((chart) =>
  reanswer(chart, "stopped", "RESUME", { actions: [reply("OK")] }),
);

/** That there is no space is an error like others. */
export const fullTargetFailsJob = life.inRequest("copy", (chart) =>
  "failing" in (chart.machine.config.states ?? {})
    ? reanswer(chart, "copying", "FAILED", { target: "failing", actions: [{ type: "remember" }] })
    : chart,
);

/** An error makes no difference to the job that met it. */
export const failureIsForgotten = life.inRequest("copy", (chart) => bypass(chart, "failing", "OK"));

/** What the job is asked for while it stands still waits until it is resumed. */
export const haltedJobWaits = life.inCluster((chart) => reanswer(chart, "stopped", "GO", null));

/** What could not be copied counts as copied. */
export const failedCountsAsCopied = hook.inTask("copy", (chart) =>
  replaceEffect(chart, "abandoning", askClusters("COPIED")),
);
