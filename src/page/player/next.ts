/**
 * Where the next step leads: on, round the loop of a lasso, or nowhere; and where things go wrong.
 */
import type { PlayerStep, PlayerTrace } from "../../report/site/player-trace.ts";

/** Whether a step breaks a property or returns a wrong byte. */
export function goesWrong(step: PlayerStep): boolean {
  return step.wrong !== null || step.judged.some(({ status }) => status === "violated");
}

/**
 * The position after one step more. The end of a lasso looks as the beginning of its loop does, so
 * from there it goes on with the loop's first step; the end of another trace is the end.
 */
export function positionAfter(trace: PlayerTrace, position: number): number {
  const end = trace.steps.length;
  if (position < end) return position + 1;
  return trace.loop === null || trace.loop >= end ? end : trace.loop + 1;
}

/** The nearest position beyond this one that is reached by a step that goes wrong; null: none. */
export function nextWrong(
  traces: readonly PlayerTrace[],
  position: number,
  direction: 1 | -1,
): number | null {
  const longest = Math.max(0, ...traces.map(({ steps }) => steps.length));
  for (let at = position + direction; at >= 1 && at <= longest; at += direction) {
    if (traces.some(({ steps }) => goesWrongAt(steps, at))) return at;
  }
  return null;
}

function goesWrongAt(steps: readonly PlayerStep[], position: number): boolean {
  const step = steps[position - 1];
  return step !== undefined && goesWrong(step);
}
