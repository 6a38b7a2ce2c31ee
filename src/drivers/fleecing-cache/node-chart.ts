/**
 * What a fleecing cache remembers once: how much of its memory is taken, and whether the image that
 * it shows still stands.
 *
 * A copy TAKEs a cluster of memory, and GIVEs it back when nobody needs it any more. If there is
 * none, it is told so, or waits, as the cache's option says. With `break-snapshot` the image is
 * given up for good: whoever reads it is refused, and copies succeed without being kept. Who only
 * may put something into memory LOOKs first.
 *
 * The disk tier may have a budget as well: who spills a cluster there TAKEs_DISK, and keeps the
 * cluster in memory if there is no room.
 */
import { assign, emit, setup } from "xstate";
import { z } from "zod";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { STANDING } from "../standing.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

const REPLIES = ["BROKEN", "INTACT", "FULL", "ROOM", "TAKEN", "OK"] as const;
type NodeReply = (typeof REPLIES)[number];

const reply = (type: NodeReply) => ({ type: "reply", params: { type } }) as const;

export function nodeChart(parameters: FleecingCacheParameters): Chart {
  const { budget, whenFull, copyOnRead, diskBudget } = parameters;
  const machine = setup({
    types: {} as {
      context: { taken: number; spilled?: number };
      events:
        | ({ type: "CHECK" } | { type: "BREAK" })
        | ({ type: "TAKE" } | { type: "GIVE" } | { type: "LOOK" })
        | ({ type: "TAKE_DISK" } | { type: "GIVE_DISK" });
      emitted: { type: NodeReply };
    },
    actions: {
      reply: emit((_, params: { type: NodeReply }) => params),
      take: assign({ taken: ({ context }) => context.taken + 1 }),
      give: assign({ taken: ({ context }) => context.taken - 1 }),
      spill: assign({ spilled: ({ context }) => (context.spilled ?? 0) + 1 }),
      unspill: assign({ spilled: ({ context }) => (context.spilled ?? 0) - 1 }),
    },
    guards: {
      "has room": ({ context }) => context.taken < budget,
      "disk has room": ({ context }) => (context.spilled ?? 0) < (diskBudget ?? 0),
    },
  }).createMachine({
    id: "fleecing-cache/node",
    initial: "intact",
    context: { taken: 0, ...(diskBudget !== null && { spilled: 0 }) },
    states: STANDING,
    on: {
      TAKE: [
        { guard: "has room", actions: ["take", reply("TAKEN")] },
        ...(whenFull === "wait" ? [] : [{ actions: reply("FULL") }]),
      ],
      GIVE: { actions: ["give", reply("OK")] },
      ...(copyOnRead && {
        LOOK: [{ guard: "has room", actions: reply("ROOM") }, { actions: reply("FULL") }],
      }),
      ...(diskBudget !== null && {
        TAKE_DISK: [
          { guard: "disk has room", actions: ["spill", reply("TAKEN")] },
          { actions: reply("FULL") },
        ],
        GIVE_DISK: { actions: ["unspill", reply("OK")] },
      }),
    },
  });
  const upTo = (most: number) => z.int().min(0).max(most);
  const context = z.strictObject({
    taken: upTo(budget),
    ...(diskBudget !== null && { spilled: upTo(diskBudget) }),
  });
  return stateChart("node", "fleecing-cache/node", machine, REPLIES, context);
}
