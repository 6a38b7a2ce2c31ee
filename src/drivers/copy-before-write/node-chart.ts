/**
 * What a copy-before-write filter remembers once: whether its point-in-time view still stands.
 *
 * With `on-cbw-error=break-snapshot` a failed copy does not fail the guest; it breaks the view, for
 * good (QEMU block/copy-before-write.c, `snapshot_error`, rule C3.6).
 */
import { emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { STANDING } from "../standing.ts";

const REPLIES = ["BROKEN", "INTACT", "OK"] as const;
type NodeReply = (typeof REPLIES)[number];

export function nodeChart(): Chart {
  const machine = setup({
    types: {} as {
      events: { type: "CHECK" } | { type: "BREAK" };
      emitted: { type: NodeReply };
    },
    actions: { reply: emit((_, params: { type: NodeReply }) => params) },
  }).createMachine({
    id: "copy-before-write/node",
    initial: "intact",
    states: STANDING,
  });
  return stateChart("node", "copy-before-write/node", machine, REPLIES);
}
