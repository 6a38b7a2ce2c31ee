/**
 * What a job that copies what does not change remembers about one cluster: whether it was copied.
 *
 * CLAIM has no handler while the cluster is being copied: who wants it too waits.
 */
import { emit, setup } from "xstate";
import { type Chart, stateChart } from "../chart/chart.ts";

const REPLIES = ["GRANTED", "ALREADY", "OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

/** @param driver that works for the job */
export function copiedChart(driver: string): Chart {
  const name = `${driver}/cluster`;
  const machine = setup({
    types: {} as {
      events: { type: "CLAIM" } | { type: "COPIED" } | { type: "ABANDON" };
      emitted: { type: ClusterReply };
    },
    actions: { reply: emit((_, params: { type: ClusterReply }) => params) },
  }).createMachine({
    id: name,
    initial: "missing",
    states: {
      missing: { on: { CLAIM: { target: "copying", actions: reply("GRANTED") } } },
      copying: {
        on: {
          COPIED: { target: "copied", actions: reply("OK") },
          ABANDON: { target: "missing", actions: reply("OK") },
        },
      },
      copied: { on: { CLAIM: { actions: reply("ALREADY") } } },
    },
  });
  return stateChart("cluster", name, machine, REPLIES);
}
