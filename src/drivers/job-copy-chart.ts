/**
 * How a node serves the job that it works for (QEMU block/backup.c, `backup_loop`; rule B3).
 *
 * The job asks for a part of its source, and each of its clusters is copied by a task
 * (copy-task-chart.ts), unless it was before. Above a disk that a guest writes it is the very task
 * that saves a cluster from the guest: so it is copied once, whoever comes first, and who comes
 * second waits and finds nothing to do. The clusters are not marked as done: only a guest's write
 * makes a view look for them in the target.
 *
 * Limits: QEMU asks for the whole disk at once, in pieces of 1 MiB; here whoever plays the job cuts
 * it into pieces, and is paused between them.
 */
import { type Chart, requestChart } from "../chart/chart.ts";
import { done, failed, fork } from "../chart/effects.ts";
import { requestSetup } from "../chart/request-setup.ts";

/** @param driver that has the task */
export function jobCopyChart(driver: string): Chart {
  const name = `${driver}/job`;
  const machine = requestSetup().createMachine({
    id: name,
    initial: "copying",
    context: { errno: null },
    states: {
      copying: {
        meta: fork("copy"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
