/**
 * Turns an actor into requests, one at a time.
 *
 * A script is taken as it stands. A choice is drawn from the schedule: operation, offset, length and
 * payload, clipped at the end of the node, whose last piece need not be aligned.
 */
import type { Actor, RequestChoice } from "./model.ts";
import type { Schedule } from "./schedule.ts";
import type { RequestSpec } from "./session.ts";

export class RequestSource {
  readonly actor: Actor;
  /** requests handed out so far */
  #taken = 0;
  /** requests that have not ended */
  inFlight = 0;

  constructor(actor: Actor) {
    this.actor = actor;
  }

  /** Whether the actor would send another request now. */
  get ready(): boolean {
    return this.inFlight < (this.actor.depth ?? 1) && this.#taken < this.#count;
  }

  /** @param length bytes of the device or export that the actor uses */
  next(schedule: Schedule, length: number): RequestSpec {
    const { requests, through } = this.actor;
    const index = this.#taken++;
    if (!("count" in requests)) {
      const request = requests[index];
      if (request === undefined) throw new RangeError(`${this.actor.name} has no request ${index}`);
      return { through, ...request };
    }
    return draw(through, requests, schedule, length);
  }

  get #count(): number {
    const { requests } = this.actor;
    return "count" in requests ? requests.count : requests.length;
  }
}

function draw(
  through: string,
  choice: RequestChoice,
  schedule: Schedule,
  nodeLength: number,
): RequestSpec {
  const { operations, alignment, longest } = choice;
  const operation = operations[schedule.pick(operations.length)] ?? "read";
  if (operation === "flush") return { through, operation, offset: 0, length: 0 };
  const offset = alignment * schedule.pick(Math.ceil(nodeLength / alignment));
  const wanted = alignment * (1 + schedule.pick(Math.max(1, Math.floor(longest / alignment))));
  const length = Math.min(wanted, nodeLength - offset);
  const request = { through, operation, offset, length };
  const carriesData = operation === "write" || operation === "write-unchanged";
  return carriesData ? { ...request, data: { byte: 1 + schedule.pick(255) } } : request;
}
