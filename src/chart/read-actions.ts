/**
 * Reads what a transition declares: its reply (the event it emits) and its moves.
 *
 * XState hands the actions of a transition back as data and runs none of them.
 */
import { z } from "zod";
import { BlockgraphError } from "../error.ts";
import type { Chart } from "./chart.ts";
import type { Move } from "./request-setup.ts";

const emitted = z.object({ event: z.object({ type: z.string() }) });
const moved = z.object({
  from: z.enum(["data", "old", "zero"]),
  to: z.enum(["data", "old"]),
});

/** @returns the index of the reply in `chart.replies` (-1: none) and the moves in order */
export function readActions(
  chart: Chart,
  place: string,
  actions: readonly { readonly type: string; readonly params?: unknown }[],
): { reply: number; moves: readonly Move[] } {
  let reply = -1;
  const moves: Move[] = [];
  for (const action of actions) {
    if (action.type === "xstate.emit") {
      const { type } = emitted.parse(action.params).event;
      if (reply !== -1) throw malformed(place, `replies twice, the second time ${type}`);
      reply = chart.replies.indexOf(type);
      if (reply === -1) throw malformed(place, `replies ${type}, which the chart does not declare`);
    } else if (action.type === "move") {
      const move = moved.safeParse(action.params);
      if (!move.success) throw malformed(place, "moves between registers that do not exist");
      moves.push(move.data);
    } else {
      throw malformed(place, `has the action ${action.type}, which is not in the vocabulary`);
    }
  }
  if (reply === -1 && chart.kind !== "request") {
    throw malformed(place, "is handled without a reply; the asker would never go on");
  }
  return { reply, moves };
}

function malformed(place: string, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${place}: ${problem}`);
}
