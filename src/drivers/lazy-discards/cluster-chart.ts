/**
 * What the filter remembers about one cluster: whether a discard of it was put off.
 *
 *     none       nothing
 *     deferred   a discard was acknowledged, and not handed on yet
 *     applying   it is being handed on
 *
 * DROP has no handler while the discard is being handed on: a write that is to come after it waits
 * for that. Nor has CLAIM: who asks for all discards to be handed on hears how each of them ends.
 * A discard that could not be handed on is put off again.
 */
import { emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";

const REPLIES = ["GRANTED", "NEEDLESS", "OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

export function clusterChart(): Chart {
  const machine = setup({
    types: {} as {
      events:
        | ({ type: "DEFER" } | { type: "DROP" })
        | ({ type: "CLAIM" } | { type: "APPLIED" } | { type: "FAILED" });
      emitted: { type: ClusterReply };
    },
    actions: { reply: emit((_, params: { type: ClusterReply }) => params) },
  }).createMachine({
    id: "lazy-discards/cluster",
    initial: "none",
    states: {
      none: {
        on: {
          DEFER: { target: "deferred", actions: reply("OK") },
          DROP: { actions: reply("OK") },
          CLAIM: { actions: reply("NEEDLESS") },
        },
      },
      deferred: {
        on: {
          DEFER: { actions: reply("OK") },
          DROP: { target: "none", actions: reply("OK") },
          CLAIM: { target: "applying", actions: reply("GRANTED") },
        },
      },
      applying: {
        on: {
          DEFER: { actions: reply("OK") },
          APPLIED: { target: "none", actions: reply("OK") },
          FAILED: { target: "deferred", actions: reply("OK") },
        },
      },
    },
  });
  return stateChart("cluster", "lazy-discards/cluster", machine, REPLIES);
}
