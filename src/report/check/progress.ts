/**
 * How far a check is: one line for people, one object for machines.
 *
 *     fleece   9,112,004 states, 4.1 M/s, depth 19, frontier 1,204,118, table 68 % full,
 *              201.3 MiB, ETA 2 s to 3 s
 */
import type { Progress } from "../../check/result.ts";
import { forecast } from "./forecast.ts";
import { durationText, grouped, memoryText, rounded } from "./numbers.ts";

/** What the clock adds to a progress. */
export interface Pace {
  /** since the search began */
  readonly seconds: number;
  /** lately */
  readonly statesPerSecond: number;
}

/** Seconds that are left, at least and at most; null while nothing is known. */
export interface Eta {
  readonly low: number;
  readonly high: number;
}

/** When the search will be over, if the levels go on to shrink as they do. */
export function etaOf({ task, levels, frontier }: Progress, { seconds }: Pace): Eta | null {
  const ahead = task === "search" ? forecast(levels) : null;
  const expanded = levels.reduce((sum, size) => sum + size, 0) - frontier;
  if (ahead === null || expanded <= 0) return null;
  const each = seconds / expanded;
  return { low: (frontier + ahead.low) * each, high: (frontier + ahead.high) * each };
}

/** The line; {@link etaOf} is part of it. */
export function checkProgressLine(name: string, progress: Progress, pace: Pace): string {
  const { task, states, transitions, depth, frontier, fill, bytes } = progress;
  const rate = `${rounded(pace.statesPerSecond)}/s`;
  if (task === "walk") {
    const walked = `${grouped(transitions)} steps walked`;
    return `${name}   ${walked}, ${rate}, depth ${depth}, ${memoryText(bytes)}`;
  }
  if (task === "graphs") {
    const left = `frontier ${grouped(frontier)}`;
    return `${name}   ${grouped(states)} graphs, ${rate}, depth ${depth}, ${left}`;
  }
  const parts = [
    `${grouped(states)} states`,
    rate,
    `depth ${depth}`,
    `frontier ${grouped(frontier)}`,
    `table ${Math.round(fill * 100)} % full`,
    memoryText(bytes),
    etaText(etaOf(progress, pace)),
  ];
  return `${name}   ${task === "liveness" ? "liveness: " : ""}${parts.join(", ")}`;
}

function etaText(eta: Eta | null): string {
  if (eta === null) return "ETA unknown";
  const [low, high] = [durationText(eta.low), durationText(eta.high)];
  return low === high ? `ETA ${high}` : `ETA ${low} to ${high}`;
}

/** The object of `--json-progress`. */
export function progressDocument(model: string, progress: Progress, pace: Pace) {
  const { task, states, transitions, depth, frontier, fill, bytes } = progress;
  const { seconds, statesPerSecond } = pace;
  const counts = { task, states, transitions, depth, frontier, fill, bytes };
  const eta = etaOf(progress, pace);
  return { kind: "check-progress", model, ...counts, seconds, statesPerSecond, eta };
}
