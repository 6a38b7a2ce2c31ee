/**
 * What a fleecing cache remembers once: how much of its memory is taken, and whether the image that
 * it shows still stands.
 *
 * A copy TAKEs a cluster of memory, and GIVEs it back when nobody needs it any more. If there is
 * none, it is told so, or waits, as the cache's option says. With `break-snapshot` the image is
 * given up for good: whoever reads it is refused, and copies succeed without being kept. Who only
 * may put something into memory LOOKs first.
 */
import { assign, emit, setup } from "xstate";
import { z } from "zod";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { STANDING } from "../standing.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

const REPLIES = ["BROKEN", "INTACT", "FULL", "ROOM", "TAKEN", "OK"] as const;
type NodeReply = (typeof REPLIES)[number];

const reply = (type: NodeReply) => ({ type: "reply", params: { type } }) as const;

export function nodeChart({ budget, whenFull, copyOnRead }: FleecingCacheParameters): Chart {
  const machine = setup({
    types: {} as {
      context: { taken: number };
      events:
        | ({ type: "CHECK" } | { type: "BREAK" })
        | ({ type: "TAKE" } | { type: "GIVE" } | { type: "LOOK" });
      emitted: { type: NodeReply };
    },
    actions: {
      reply: emit((_, params: { type: NodeReply }) => params),
      take: assign({ taken: ({ context }) => context.taken + 1 }),
      give: assign({ taken: ({ context }) => context.taken - 1 }),
    },
    guards: { "has room": ({ context }) => context.taken < budget },
  }).createMachine({
    id: "fleecing-cache/node",
    initial: "intact",
    context: { taken: 0 },
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
    },
  });
  const context = z.strictObject({ taken: z.int().min(0).max(budget) });
  return stateChart("node", "fleecing-cache/node", machine, REPLIES, context);
}
