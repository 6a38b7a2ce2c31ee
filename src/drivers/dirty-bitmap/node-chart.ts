/**
 * What a persistent bitmap remembers once: whether its image says that it is in use, so that
 * whoever finds it there after a crash does not trust it; or it is stored, and what it is of must
 * not be changed (QEMU block/io.c, `bdrv_has_readonly_bitmaps`).
 */
import { emit, setup } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";

const REPLIES = ["STORED", "IN_USE", "OK"] as const;
type NodeReply = (typeof REPLIES)[number];

const reply = (type: NodeReply) => ({ type: "reply", params: { type } }) as const;

export function nodeChart(): Chart {
  const machine = setup({
    types: {} as {
      events: { type: "STORE" } | { type: "USE" } | { type: "CHECK" };
      emitted: { type: NodeReply };
    },
    actions: { reply: emit((_, params: { type: NodeReply }) => params) },
  }).createMachine({
    id: "dirty-bitmap/node",
    initial: "in use",
    states: {
      "in use": {
        on: {
          STORE: { target: "stored", actions: reply("OK") },
          USE: { actions: reply("OK") },
          CHECK: { actions: reply("IN_USE") },
        },
      },
      stored: {
        on: {
          STORE: { actions: reply("OK") },
          USE: { target: "in use", actions: reply("OK") },
          CHECK: { actions: reply("STORED") },
        },
      },
    },
  });
  return stateChart("node", "dirty-bitmap/node", machine, REPLIES);
}
