/**
 * A model's graph as it stands while its guests and readers are at work: what its commands make of
 * it, with nobody sending anything.
 */
import { MemoryLog } from "../../../log/memory-log.ts";
import { simulateModel } from "../../../simulate/simulate-model.ts";
import type { Model, Phase } from "../../../system/model.ts";
import { roundRobinSchedule } from "../../../system/schedule.ts";
import type { Session } from "../../../system/session.ts";

/**
 * The session after as many of the model's commands as give the largest graph. Of several such
 * moments it is the last one.
 */
export function atRest(model: Model): Session {
  const phases = model.phases.flatMap((phase): Phase[] => {
    if (phase.kind === "commands") return [phase];
    const administrator = phase.kind === "concurrent" ? phase.administrator : undefined;
    return administrator === undefined ? [] : [{ ...administrator, kind: "commands" }];
  });
  let largest = simulateUpTo(model, phases, 0);
  for (let count = 1; count <= phases.length; count++) {
    const session = simulateUpTo(model, phases, count);
    if (session.graph.edges.length >= largest.graph.edges.length) largest = session;
  }
  return largest;
}

function simulateUpTo(model: Model, phases: readonly Phase[], count: number): Session {
  const sink = new MemoryLog();
  const options = { properties: [], mutant: null, schedule: roundRobinSchedule(), sink };
  return simulateModel({ ...model, phases: phases.slice(0, count) }, options).session;
}
