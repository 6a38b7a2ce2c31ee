/**
 * What a qcow2 node remembers about one cluster: whether it is its own, or still its backing file's
 * (QEMU block/qcow2-cluster.c), and who is using it (block/io.c, tracked requests).
 *
 *     map       backing     not allocated: reads go on to the backing file
 *               allocating  a write is putting it into the image; reads still go on
 *               own         allocated
 *     busy      how many requests that do not serialise are using it
 *     turn      free, or taken by a request that serialises
 *
 * Three events have states in which nobody handles them, and that is what waiting means here: CLAIM
 * while another write allocates the cluster (`handle_dependencies`), ENTER while a serialising
 * request has it, and SERIALISE while anybody does (`bdrv_wait_serialising_requests`).
 */
import { assign, emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { BUSY, busyContext, TURN } from "../turn.ts";

type ClusterEvent =
  | { type: "LOCATE" }
  | { type: "CLAIM" }
  | { type: "INSPECT" }
  | { type: "COMMIT" }
  | { type: "ABANDON" }
  | { type: "ENTER" }
  | { type: "LEAVE" }
  | { type: "SERIALISE" }
  | { type: "FREE" };

const REPLIES = ["IN_BACKING", "IN_FILE", "MISSING", "PRESENT", "OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

/** @param users how many requests may use one cluster at once */
export function clusterChart(users: number): Chart {
  const machine = setup({
    types: {} as {
      context: { busy: number };
      events: ClusterEvent;
      emitted: { type: ClusterReply };
    },
    actions: {
      reply: emit((_, params: { type: ClusterReply }) => params),
      enter: assign({ busy: BUSY.entered }),
      leave: assign({ busy: BUSY.left }),
    },
    guards: { idle: BUSY.isIdle },
  }).createMachine({
    id: "qcow2/cluster",
    type: "parallel",
    context: { busy: 0 },
    states: {
      map: {
        initial: "backing",
        states: {
          backing: {
            on: {
              LOCATE: { actions: reply("IN_BACKING") },
              CLAIM: { target: "allocating", actions: reply("OK") },
            },
          },
          allocating: {
            on: {
              LOCATE: { actions: reply("IN_BACKING") },
              INSPECT: { actions: reply("MISSING") },
              COMMIT: { target: "own", actions: reply("OK") },
              ABANDON: { target: "backing", actions: reply("OK") },
            },
          },
          own: {
            on: {
              LOCATE: { actions: reply("IN_FILE") },
              CLAIM: { actions: reply("OK") },
              INSPECT: { actions: reply("PRESENT") },
              COMMIT: { actions: reply("OK") },
              ABANDON: { actions: reply("OK") },
            },
          },
        },
      },
      turn: TURN,
    },
    on: { LEAVE: { actions: ["leave", reply("OK")] } },
  });
  return stateChart("cluster", "qcow2/cluster", machine, REPLIES, busyContext(users));
}
