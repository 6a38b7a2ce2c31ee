/**
 * What a job that does not get over errors remembers: whether it works, has stopped, or has failed
 * (QEMU blockjob.c, `block_job_error_action`; job.c).
 *
 *     working   GO: it copies                STOP, FAIL: an error came
 *     stopped   GO: it does not, until RESUME
 *     failed    GO: it does not any more
 *
 * It is one thing of the whole job, kept once for each cluster, and changed for all of them at one
 * instant: so commands can ask it as they ask other charts (src/graph/notice.ts). A request that is
 * told to HALT ends. It does not wait: a job that stands still must not keep anybody from draining
 * it, and from cancelling it (section 3.5 of the reference).
 */
import { emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";

const REPLIES = ["HALT", "GO", "WELL", "UNDONE", "OK"] as const;
type LifeReply = (typeof REPLIES)[number];

const reply = (type: LifeReply) => ({ type: "reply", params: { type } }) as const;
const ok = { actions: reply("OK") };

export function clusterChart(): Chart {
  const machine = setup({
    types: {} as {
      events:
        | ({ type: "GO" } | { type: "STOP" } | { type: "FAIL" })
        | ({ type: "RESUME" } | { type: "LOOK" });
      emitted: { type: LifeReply };
    },
    actions: { reply: emit((_, params: { type: LifeReply }) => params) },
  }).createMachine({
    id: "job-life/cluster",
    initial: "working",
    states: {
      working: {
        on: {
          GO: { actions: reply("GO") },
          STOP: { target: "stopped", ...ok },
          FAIL: { target: "failed", ...ok },
          RESUME: ok,
          LOOK: { actions: reply("WELL") },
        },
      },
      stopped: {
        on: {
          GO: { actions: reply("HALT") },
          STOP: ok,
          FAIL: { target: "failed", ...ok },
          RESUME: { target: "working", ...ok },
          LOOK: { actions: reply("UNDONE") },
        },
      },
      failed: {
        on: {
          GO: { actions: reply("HALT") },
          ...{ STOP: ok, FAIL: ok, RESUME: ok },
          LOOK: { actions: reply("UNDONE") },
        },
      },
    },
  });
  return stateChart("cluster", "job-life/cluster", machine, REPLIES);
}
