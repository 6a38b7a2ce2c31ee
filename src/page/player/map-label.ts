/**
 * A cluster map in words: runs of clusters that are alike, what changed, and what is wrong.
 */
import type { ClusterMap } from "../../report/site/player-trace.ts";

/** More runs than this are told by their counts alone. */
const RUNS_MAX = 12;

/** `hook: clusters 0 to 2 clean; 3 copied. Changed: 3.` */
export function mapLabel(
  map: ClusterMap,
  cells: readonly number[],
  changed: readonly number[],
  wrong: readonly number[],
): string {
  const parts = [`${map.title}: ${runsText(map, cells)}.`];
  if (changed.length > 0) parts.push(`Changed: ${changed.join(", ")}.`);
  if (wrong.length > 0) parts.push(`Wrong bytes in: ${wrong.join(", ")}.`);
  return parts.join(" ");
}

function runsText(map: ClusterMap, cells: readonly number[]): string {
  const nameOf = (state: number): string => map.states[state]?.name ?? `state ${state}`;
  const runs: { first: number; last: number; state: number }[] = [];
  for (const [cluster, state] of cells.entries()) {
    const last = runs.at(-1);
    if (last?.state === state) last.last = cluster;
    else runs.push({ first: cluster, last: cluster, state });
  }
  if (runs.length > RUNS_MAX) return countsText(map, cells);
  return runs
    .map(({ first, last, state }) => {
      const range = first === last ? `${first}` : `${first} to ${last}`;
      return `${range} ${nameOf(state)}`;
    })
    .join("; ");
}

function countsText(map: ClusterMap, cells: readonly number[]): string {
  return map.states
    .map(({ name }, state) => `${cells.filter((cell) => cell === state).length} ${name}`)
    .join(", ");
}
