/**
 * Doors: where a request enters the graph that stands, or the queue of its device.
 */
import { binary, block, local, stands, when } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import type { PlannedActor } from "./plan.ts";
import { PHASES, type PhaseRest } from "./stages.ts";

/** The local that says where a request enters: the number of a stage plus 1, or the queue. */
export const DOOR = "door";

/**
 * Finds the door, or blocks. Where nothing is drained there is one door, and no need to look.
 * @param queue the number of the queue for a request that arrives now; 0: it was queued already
 */
export function findDoor(
  actor: PlannedActor,
  rests: readonly PhaseRest[],
  queue: number,
): Statement[] {
  const doors = rests.map(({ name, stage, quiesced }) => {
    if (actor.nodes[stage] === null) return { name, door: 0 };
    if (!quiesced.has(actor.through)) return { name, door: stage + 1 };
    return { name, door: actor.queues ? queue : 0 };
  });
  const [only, ...others] = doors;
  if (only !== undefined && others.length === 0) {
    return [when(stands(PHASES, 0, only.name), [], [block])];
  }
  return [
    local(DOOR, 0),
    ...doors
      .filter(({ door }) => door > 0)
      .map(({ name, door }) => when(stands(PHASES, 0, name), [local(DOOR, door)])),
    when(binary(DOOR, "==", 0), [block]),
  ];
}
