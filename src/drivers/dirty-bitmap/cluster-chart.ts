/**
 * What a dirty bitmap remembers about one cluster (QEMU block/dirty-bitmap.c): whether it was
 * written, and whether it was since a job has begun to work with the bitmap.
 *
 *     recorded    clean, or dirty: somebody may have changed it
 *     successor   the same since the job began: then the bitmap stays as it was, and an anonymous
 *                 successor records (`bdrv_dirty_bitmap_create_successor`)
 *
 * When the job ends its successor takes the bitmap's place (ABDICATE: what was recorded before is
 * in the backup), or both become one (RECLAIM: it is not). Every event is handled in every state.
 */
import { emit, setup, stateIn } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";

const REPLIES = ["DIRTY", "CLEAN", "OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

export function clusterChart(): Chart {
  const machine = setup({
    types: {} as {
      events:
        | ({ type: "MARK" } | { type: "MARK_SUCCESSOR" } | { type: "CLEAR" } | { type: "LOOK" })
        | ({ type: "ABDICATE" } | { type: "RECLAIM" });
      emitted: { type: ClusterReply };
    },
    actions: { reply: emit((_, params: { type: ClusterReply }) => params) },
    guards: { succeeded: stateIn({ successor: "dirty" }) },
  }).createMachine({
    id: "dirty-bitmap/cluster",
    type: "parallel",
    states: {
      recorded: {
        initial: "clean",
        states: {
          clean: {
            on: {
              MARK: { target: "dirty", actions: reply("OK") },
              LOOK: { actions: reply("CLEAN") },
              ABDICATE: { guard: "succeeded", target: "dirty" },
              RECLAIM: { guard: "succeeded", target: "dirty" },
            },
          },
          dirty: {
            on: {
              MARK: { actions: reply("OK") },
              CLEAR: { target: "clean" },
              LOOK: { actions: reply("DIRTY") },
              ABDICATE: [{ guard: "succeeded" }, { target: "clean" }],
            },
          },
        },
      },
      successor: {
        initial: "clean",
        states: {
          clean: {
            on: {
              MARK_SUCCESSOR: { target: "dirty", actions: reply("OK") },
              CLEAR: { actions: reply("OK") },
              ABDICATE: { actions: reply("OK") },
              RECLAIM: { actions: reply("OK") },
            },
          },
          dirty: {
            on: {
              MARK_SUCCESSOR: { actions: reply("OK") },
              CLEAR: { target: "clean", actions: reply("OK") },
              ABDICATE: { target: "clean", actions: reply("OK") },
              RECLAIM: { target: "clean", actions: reply("OK") },
            },
          },
        },
      },
    },
  });
  return stateChart("cluster", "dirty-bitmap/cluster", machine, REPLIES);
}
