/**
 * An actor, and the process that plays it.
 */
import type { Carrier } from "./carrier.ts";
import type { PlannedActor } from "./plan.ts";

export interface Player {
  readonly actor: PlannedActor;
  readonly carrier: Carrier;
}
