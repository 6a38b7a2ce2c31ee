/**
 * What a job's own request does before it copies, and when that failed (QEMU block/backup.c,
 * `backup_loop`; rule B3). What could not be copied is left as it was, so that it is copied when
 * somebody comes to it again.
 *
 *     report   the job has failed
 *     stop     the job stands still until it is resumed
 *     enospc   it does if there was no space, and else has failed
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

export type Reaction = "report" | "stop" | "enospc";

export function copyChart(reaction: Reaction): Chart {
  const name = "job-life/job";
  const remembering = { actions: "remember" } as const;
  const stops = { target: "stopping", ...remembering } as const;
  const fails = { target: "failing", ...remembering } as const;
  const reactions = {
    report: fails,
    stop: stops,
    enospc: [{ guard: "no space", ...stops } as const, fails],
  } as const;
  const machine = requestSetup<"GO" | "HALT" | "OK">()
    .extend({
      guards: { "no space": ({ event }) => "errno" in event && event.errno === "ENOSPC" },
    })
    .createMachine({
      id: name,
      initial: "asking",
      context: { errno: null },
      states: {
        asking: { meta: askClusters("GO", "all"), on: { GO: "copying", HALT: "halted" } },
        copying: { meta: call("file", "copy"), on: { DONE: "done", FAILED: reactions[reaction] } },
        ...(reaction !== "report" && {
          stopping: { meta: askClusters("STOP", "all"), on: { OK: "failed" } },
        }),
        ...(reaction !== "stop" && {
          failing: { meta: askClusters("FAIL", "all"), on: { OK: "failed" } },
        }),
        halted: { type: "final", meta: failed("EPERM") },
        done: { type: "final", meta: done() },
        failed: { type: "final", meta: failed() },
      },
    });
  return requestChart(name, machine);
}
