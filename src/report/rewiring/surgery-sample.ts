/**
 * A sample of what a surgery explores: commands picked by chance, the same each time.
 */
import { DRIVERS } from "../../drivers/registry.ts";
import { answerCommand, type QmpCommand } from "../../graph/commands.ts";
import { EMPTY_GRAPH } from "../../graph/graph.ts";
import { profile } from "../../graph/profile.ts";
import { seededSchedule } from "../../system/schedule.ts";
import type { Surgery } from "../../system/surgery.ts";

const SEED = 1;
/** Picks for each command that is wanted: four of five are refused. */
const PICKS = 50;

/**
 * As many commands as it goes deep that are accepted. Most are refused: of each row of those, one
 * is shown.
 */
export function surgerySample({ depth, setup, commands, ...surgery }: Surgery): QmpCommand[] {
  const context = { drivers: DRIVERS, profile: profile(surgery.profile) };
  const { pick } = seededSchedule(SEED);
  let graph = EMPTY_GRAPH;
  for (const command of setup) graph = answerCommand(graph, command, context).graph;
  const sample: QmpCommand[] = [];
  let [accepted, wasRefused] = [0, false];
  for (let turn = 0; turn < depth * PICKS && accepted < depth; turn++) {
    const offered = commands(graph);
    const command = offered[pick(offered.length)];
    if (command === undefined) break;
    const answer = answerCommand(graph, command, context);
    const isRefused = answer.refusal !== null;
    if (isRefused && wasRefused) continue;
    sample.push(command);
    wasRefused = isRefused;
    graph = answer.graph;
    if (!isRefused) accepted++;
  }
  return sample;
}
