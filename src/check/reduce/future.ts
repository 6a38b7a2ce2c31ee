/**
 * Everything that a team may read and write from a context on, as long as the director waits.
 */
import type { Context } from "./contexts.ts";
import { type Footprint, together } from "./footprint.ts";
import { Inseparable } from "./inseparable.ts";

/**
 * The footprint of every context's future: of its own steps, of those after them, and of the teams
 * that they set going.
 * @throws Inseparable if a team can come back to where it was
 */
export function futuresOf(contexts: readonly Context[]): Map<Context, Footprint> {
  requireEnds(contexts);
  const futures = new Map<Context, Footprint>();
  const future = (context: Context): Footprint => {
    const known = futures.get(context);
    if (known !== undefined) return known;
    let all = context.footprint;
    for (const later of [...context.next, ...context.begun]) all = together(all, future(later));
    futures.set(context, all);
    return all;
  };
  for (const context of contexts) future(context);
  return futures;
}

/**
 * That every run ends, so that nobody can be put off for ever. A run that comes back to a state
 * brings some team back to its context: by its own steps, those of the director, or those of others
 * that set it going or raise a counter. So it is enough that there is no way round among contexts.
 */
function requireEnds(contexts: readonly Context[]): void {
  const state = new Map<Context, "open" | "done">();
  const visit = (context: Context): void => {
    const seen = state.get(context);
    if (seen === "done") return;
    if (seen === "open") throw new Inseparable("its runs need not end");
    state.set(context, "open");
    const { next, begun, directed, raised } = context;
    for (const later of [...next, ...begun, ...directed, ...raised]) visit(later);
    state.set(context, "done");
  };
  for (const context of contexts) visit(context);
}
