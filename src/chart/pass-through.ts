/**
 * Recognises request charts that only hand the request on: they collapse to nothing.
 *
 * `raw` reads by reading its file, `snapshot-access` reads by asking the filter below for its
 * snapshot. Such a chart is one call for the whole request, with the caller's data where the called
 * operation carries any, whose every outcome is passed up unchanged. The interpreters skip it, so a
 * chain of wrappers costs nothing in any of them.
 */
import { ERRNOS, type Operation } from "../vocabulary.ts";
import type { Automaton } from "./automaton.ts";
import { payloadOf } from "./forward.ts";

/** The child and the operation that a pass-through chart calls. */
export interface PassThrough {
  readonly child: string;
  readonly operation: Operation;
}

/** What the chart hands the request on to, or null if it does more than that. */
export function passThrough(automaton: Automaton): PassThrough | null {
  const effect = automaton.states[0]?.effect;
  if (effect?.kind !== "call" || effect.over !== "request") return null;
  if (effect.operation === "chosen") return null;
  if (effect.register !== payloadOf(effect.operation)) return null;
  const outcomes = [...ERRNOS.map((errno) => [`FAILED(${errno})`, errno] as const)];
  const successes = effect.operation.endsWith("block-status") ? ["DATA", "ZERO"] : ["DONE"];
  const transparent =
    outcomes.every(([event, errno]) => endsWith(automaton, event, errno)) &&
    successes.every((event) => endsWith(automaton, event, null));
  return transparent ? { child: effect.child, operation: effect.operation } : null;
}

function endsWith(automaton: Automaton, event: string, errno: string | null): boolean {
  const index = automaton.event(event);
  if (index === -1) return false;
  const after = automaton.states[automaton.next(0, index)]?.effect;
  return (
    after?.kind === "finish" &&
    after.errno === errno &&
    after.status === null &&
    automaton.moves(0, index).length === 0
  );
}
