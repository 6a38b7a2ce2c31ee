/**
 * What a copy-on-read filter remembers about one cluster: who is using it.
 *
 * Writes enter it, many at once; a read that may copy takes its turn and is alone there, so that
 * what it writes back is not older than what anybody has written (QEMU block/io.c,
 * `bdrv_make_request_serialising`).
 */
import { assign, emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { BUSY, busyContext, TURN } from "../turn.ts";

type ClusterEvent =
  | { type: "ENTER" }
  | { type: "LEAVE" }
  | { type: "SERIALISE" }
  | { type: "FREE" };

const REPLIES = ["OK"] as const;
type ClusterReply = (typeof REPLIES)[number];

const OK = { type: "reply", params: { type: "OK" } } as const;

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
    ...{ id: "copy-on-read/cluster", context: { busy: 0 } },
    ...TURN,
    on: { LEAVE: { actions: ["leave", OK] } },
  });
  return stateChart("cluster", "copy-on-read/cluster", machine, REPLIES, busyContext(users));
}
