/**
 * What a mirror remembers about one cluster: whether the target may differ there, and who is at it
 * (QEMU block/mirror.c, `dirty_bitmap` and `in_flight_bitmap`).
 *
 *     dirty   the job still has to copy it
 *     use     free, being copied by the job, or being written by a guest and to the target as well
 *
 * CLAIM is not handled where somebody is at it, nor is ENTER: who wants it waits
 * (`mirror_wait_on_conflicts`). A guest's write that does not go to the target does not ask.
 */
import { emit, setup, stateIn } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";

const REPLIES = ["GRANTED", "ALREADY", "OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

export function clusterChart(): Chart {
  const machine = setup({
    types: {} as {
      events:
        | { type: "CLAIM" }
        | { type: "COPIED" }
        | { type: "ABANDON" }
        | { type: "TOUCH" }
        | { type: "CLEAN" }
        | { type: "ENTER" }
        | { type: "LEAVE" };
      emitted: { type: ClusterReply };
    },
    actions: { reply: emit((_, params: { type: ClusterReply }) => params) },
    guards: {
      dirty: stateIn({ dirty: "yes" }),
      free: stateIn({ use: "free" }),
      copied: stateIn({ use: "copied" }),
    },
  }).createMachine({
    id: "mirror_top/cluster",
    type: "parallel",
    states: {
      dirty: {
        initial: "yes",
        states: {
          yes: {
            on: {
              CLAIM: { guard: "free", target: "no" },
              TOUCH: { actions: reply("OK") },
              CLEAN: { target: "no", actions: reply("OK") },
            },
          },
          no: {
            on: {
              ABANDON: { guard: "copied", target: "yes" },
              TOUCH: { target: "yes", actions: reply("OK") },
              CLEAN: { actions: reply("OK") },
            },
          },
        },
      },
      use: {
        initial: "free",
        states: {
          free: {
            on: {
              CLAIM: [
                { guard: "dirty", target: "copied", actions: reply("GRANTED") },
                { actions: reply("ALREADY") },
              ],
              ENTER: { target: "written", actions: reply("OK") },
            },
          },
          copied: {
            on: {
              COPIED: { target: "free", actions: reply("OK") },
              ABANDON: { target: "free", actions: reply("OK") },
            },
          },
          written: { on: { LEAVE: { target: "free", actions: reply("OK") } } },
        },
      },
    },
  });
  return stateChart("cluster", "mirror_top/cluster", machine, REPLIES);
}
