/**
 * Turns an actor into requests, one at a time.
 *
 * A script is taken as it stands. A choice is drawn from the schedule: operation, offset, length
 * and payload, clipped at the end of the node, whose last piece need not be aligned.
 */
import { actorAutomaton } from "./actor-chart.ts";
import type { Actor, RequestChoice } from "./model.ts";
import type { RequestSpec } from "./request-spec.ts";
import type { Schedule } from "./schedule.ts";

const CHOSEN = actorAutomaton.event("CHOSEN");
const DONE = actorAutomaton.event("DONE");

export class RequestSource {
  readonly actor: Actor;
  /** state of the actor's chart, once for every request that it may keep in flight */
  readonly #slots: number[];
  /** requests handed out so far */
  #taken = 0;

  constructor(actor: Actor) {
    this.actor = actor;
    this.#slots = new Array<number>(actor.depth ?? 1).fill(0);
  }

  /** Whether the actor would send another request now. */
  get ready(): boolean {
    return this.#taken < this.#count && this.#choosing() >= 0;
  }

  /**
   * Chooses the next request. Legal only if {@link ready}.
   * @param length bytes of the device or export that the actor uses
   * @param rank of what begins at a byte: the smaller, the sooner it is wanted; null: all the same
   * @returns the request, and the slot to {@link end} when it is over
   */
  next(
    schedule: Schedule,
    length: number,
    rank: ((offset: number) => number) | null,
  ): { spec: RequestSpec; slot: number } {
    const slot = this.#choosing();
    this.#take(slot, CHOSEN);
    const { requests, through } = this.actor;
    const index = this.#taken++;
    if ("count" in requests) {
      return { spec: draw(through, requests, schedule, length, rank), slot };
    }
    const request = requests[index];
    if (request === undefined) throw new RangeError(`${this.actor.name} has no request ${index}`);
    return { spec: { through, ...request }, slot };
  }

  /** The request of a slot is over, one way or another. */
  end(slot: number): void {
    this.#take(slot, DONE);
  }

  #choosing(): number {
    return this.#slots.findIndex((state) => actorAutomaton.next(state, CHOSEN) >= 0);
  }

  #take(slot: number, event: number): void {
    this.#slots[slot] = actorAutomaton.next(this.#slots[slot] ?? 0, event);
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
  rank: ((offset: number) => number) | null,
): RequestSpec {
  const { operations, alignment, longest } = choice;
  const operation = operations[schedule.pick(operations.length)] ?? "read";
  if (operation === "flush") return { through, operation, offset: 0, length: 0 };
  const places = Math.ceil(nodeLength / alignment);
  const offset =
    rank === null ? alignment * schedule.pick(places) : soonest(places, alignment, rank, schedule);
  const wanted = alignment * (1 + schedule.pick(Math.max(1, Math.floor(longest / alignment))));
  const length = Math.min(wanted, nodeLength - offset);
  const request = { through, operation, offset, length };
  const carriesData = operation === "write" || operation === "write-unchanged";
  return carriesData ? { ...request, data: { byte: 1 + schedule.pick(255) } } : request;
}

/** Of the places of a node one of those that are wanted soonest; there are few. */
function soonest(
  places: number,
  alignment: number,
  rank: (offset: number) => number,
  schedule: Schedule,
): number {
  const offsets = Array.from({ length: places }, (_, index) => index * alignment);
  const ranks = offsets.map(rank);
  const least = ranks.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const wanted = offsets.filter((_, index) => ranks[index] === least);
  return wanted[schedule.pick(wanted.length)] ?? 0;
}
