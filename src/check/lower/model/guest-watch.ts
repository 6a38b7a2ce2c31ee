/**
 * What guests may find on their disks, as code: the rules of src/system/guest-image.ts over values.
 *
 * For every cell of a disk there is a set of values (a bit each): those that a read beginning now
 * may return when nothing is in flight. A request in flight carries a set of its own for every cell
 * that it is about. For one that looks: what it may find, that is what it could at its beginning,
 * and whatever was written since. For a write: what was written by requests that ended since it
 * began, and may therefore outlast it.
 *
 * A flush looks at the whole device, not as it is but as a power failure would leave it: that is an
 * array of values beside the image's own (src/system/stable-image.ts).
 */
import type { Stretch } from "../../../system/image-window.ts";
import type { Operation } from "../../../vocabulary.ts";
import {
  all,
  binary,
  field,
  local,
  loop,
  not,
  set,
  type Term,
  term,
  when,
} from "../../program/build.ts";
import type { Expression, Field, Statement } from "../../program/program.ts";
import { add, type Carrier } from "./carrier.ts";
import { imageOf, possibleOf, stableOf } from "./image-fields.ts";
import { type Judging, type Sight, sights, statusSights } from "./judging.ts";
import type { Plan, PlannedActor } from "./plan.ts";
import type { Player } from "./player.ts";
import { show } from "./shown.ts";

/** The register of what a flush may find stable, by cell of the device. */
export const FLUSH_SEEN = "flush seen";
const FLIGHTS = ["no", "looking", "writing", "flushing"];
const LOOKING = 1;
const WRITING = 2;
const FLUSHING = 3;

const READ_FAILED = readSights(false);
const READ_SUCCEEDED = readSights(true);
const STATUS = statusSights("guest-status");
const FLUSHED = sights((difference) => ({ kind: "guest-flush", through: "", difference }));
const REPLACED = sights((difference) => ({ kind: "disk-replaced", difference }));
const SHORTENED = sights((difference) => ({ kind: "chain-shortened", difference }));
const REMOVED = sights((difference) => ({ kind: "hook-removed", node: "", difference }));

function readSights(succeeded: boolean): Sight[] {
  return sights((difference) => ({ kind: "guest-read", through: "", succeeded, difference }));
}

export class GuestWatch {
  readonly fields: Field[] = [];
  readonly #plan: Plan;
  readonly #judging: Judging;
  readonly #watches: boolean;
  /** images of which somebody wants to know what is stable */
  readonly #flushed = new Set<string>();

  constructor(plan: Plan, judging: Judging) {
    this.#plan = plan;
    this.#judging = judging;
    const flushes = judging.speaksOf(FLUSHED);
    this.#watches =
      flushes ||
      judging.speaksOf([...READ_FAILED, ...READ_SUCCEEDED, ...REMOVED]) ||
      judging.speaksOf([...REPLACED, ...SHORTENED]) ||
      judging.speaksOf(STATUS);
    if (!this.#watches) return;
    for (const [image, cells] of plan.images) {
      const initial = cells.map((value) => 1 << value);
      const [size, count] = [1 << plan.values, cells.length];
      this.fields.push({ name: possibleOf(image), size, count, initial, values: null });
    }
    if (flushes) this.#trackStable();
  }

  #trackStable(): void {
    const actors = this.#plan.phases.flatMap((phase) => phase.actors);
    for (const { entry, requests } of actors) {
      if (entry.kind !== "guest" || this.#flushed.has(entry.image)) continue;
      if (!requests.some(({ spec }) => spec.operation === "flush")) continue;
      this.#flushed.add(entry.image);
      const initial = this.#plan.images.get(entry.image) ?? [];
      const [size, count] = [this.#plan.values, initial.length];
      this.fields.push({ name: stableOf(entry.image), size, count, initial, values: null });
    }
  }

  /** Declares what an actor's requests carry. */
  declare({ actor, carrier }: Player, longest: number): void {
    if (actor.entry.kind !== "guest" || !this.#watches) return;
    carrier.register("flight", FLIGHTS.length, 1, FLIGHTS);
    carrier.register("seen", 1 << this.#plan.values, longest);
    if (this.#flushes(actor)) carrier.register(FLUSH_SEEN, 1 << this.#plan.values, actor.cells);
  }

  #flushes({ entry, requests }: PlannedActor): boolean {
    return (
      entry.kind === "guest" &&
      this.#flushed.has(entry.image) &&
      requests.some(({ spec }) => spec.operation === "flush")
    );
  }

  /** Whether such requests ask for the status that some property is about. */
  #asksStatus(operation: Operation): boolean {
    return operation === "block-status" && this.#judging.speaksOf(STATUS);
  }

  /** A request enters. Locals `start` and `end` are its cells; its data is in its register. */
  started(player: Player, operation: Operation, phase: readonly Player[]): Statement[] {
    const { actor, carrier } = player;
    const { entry } = actor;
    if (entry.kind !== "guest" || !this.#watches) return [];
    const cell = add(add("start", "cell"), this.#cells(entry.shift));
    if (operation === "read" || this.#asksStatus(operation)) {
      const look = overCells(this.#look(player, phase, entry.image, cell, "seen"));
      return [carrier.write("flight", LOOKING), look];
    }
    if (operation === "flush" && this.#flushes(actor)) {
      const at = add("cell", this.#cells(entry.shift));
      const look = this.#look(player, phase, entry.image, at, FLUSH_SEEN);
      return [carrier.write("flight", FLUSHING), loop("cell", 0, actor.cells, look)];
    }
    if (!writes(operation)) return [];
    const body = [
      local("value", bit(carrier.read("data", "cell"))),
      ...this.#others(player, phase, entry.image, LOOKING, cell, (other, index) => {
        const seen = other.read("seen", index, "other");
        return [other.write("seen", binary(seen, "|", "value"), index, "other")];
      }),
      ...this.#others(player, phase, entry.image, FLUSHING, cell, (other, index) => {
        const seen = other.read(FLUSH_SEEN, index, "other");
        return [other.write(FLUSH_SEEN, binary(seen, "|", "value"), index, "other")];
      }),
    ];
    return [carrier.write("flight", WRITING), overCells(body)];
  }

  /** What may be found at a cell by who looks from now on. */
  #look(
    player: Player,
    phase: readonly Player[],
    image: string,
    cell: Expression,
    register: string,
  ): readonly Statement[] {
    return [
      local("mask", field(possibleOf(image), cell)),
      ...this.#others(player, phase, image, WRITING, cell, (other, index) => [
        local("mask", binary("mask", "|", bit(other.read("data", index, "other")))),
      ]),
      player.carrier.write(register, "mask", "cell"),
    ];
  }

  /**
   * A request ended. Of a block-status that succeeded the locals `said` (0 nothing, 1 data, 2 zero)
   * and `zeros` (cells from its start on) are what it answered.
   */
  ended(
    player: Player,
    operation: Operation,
    succeeded: boolean,
    phase: readonly Player[],
  ): Statement[] {
    const { actor, carrier } = player;
    if (actor.entry.kind !== "guest" || !this.#watches) return [];
    if (writes(operation)) return this.#written(player, operation, succeeded, phase);
    const { image, shift } = actor.entry;
    if (operation === "read") {
      const cells = succeeded ? binary("end", "-", "start") : 0;
      return [
        ...this.#differs(carrier.read("seen", "cell"), cells, carrier.read("data", "cell")),
        ...this.#judging.judge(succeeded ? READ_SUCCEEDED : READ_FAILED),
      ];
    }
    if (!succeeded) return [];
    if (this.#asksStatus(operation)) {
      return [
        ...this.#differs(carrier.read("seen", "cell"), "zeros", 0),
        ...this.#judging.judge(STATUS, binary("end", ">", "start")),
      ];
    }
    if (operation !== "flush" || !this.#flushes(actor)) return [];
    const stable = field(stableOf(image), add("cell", this.#cells(shift)));
    return [
      ...this.#differs(carrier.read(FLUSH_SEEN, "cell"), actor.cells, stable),
      ...this.#judging.judge(FLUSHED),
    ];
  }

  /** Whether a value that was found at one of the cells is none of those that may be there. */
  #differs(seen: Expression, cells: Term, found: Term): Statement[] {
    const allowed = binary(binary(seen, ">>", found), "&", 1);
    return [
      local("differs", 0),
      loop("cell", 0, cells, [when(not(allowed), [local("differs", 1)])]),
    ];
  }

  #written(
    player: Player,
    operation: Operation,
    succeeded: boolean,
    phase: readonly Player[],
  ): Statement[] {
    const { actor, carrier } = player;
    if (actor.entry.kind !== "guest") return [];
    const { image, shift } = actor.entry;
    const cell = add(add("start", "cell"), this.#cells(shift));
    const certain = succeeded && operation !== "discard";
    const known = field(possibleOf(image), cell);
    return [
      overCells([
        local("value", bit(carrier.read("data", "cell"))),
        local("mask", carrier.read("seen", "cell")),
        set(possibleOf(image), cell, binary("value", "|", certain ? "mask" : known)),
        ...this.#others(player, phase, image, WRITING, cell, (other, index) => {
          const seen = other.read("seen", index, "other");
          const kept = certain ? binary(seen, "&", "mask") : seen;
          return [other.write("seen", binary("value", "|", kept), index, "other")];
        }),
      ]),
    ];
  }

  /** A flush of the image ended. @param layers those of which it is the top one, if any */
  flushed(image: string, layers: Stretch | null): Statement[] {
    if (!this.#flushed.has(image)) return [];
    const count = this.#plan.images.get(image)?.length ?? 0;
    const written = set(stableOf(image), "cell", field(imageOf(image), "cell"));
    return [
      loop("cell", 0, count, [written]),
      ...(layers === null ? [] : [this.#take(layers, stableOf(image), "shown")]),
    ];
  }

  /** Puts what a stretch shows into a field of its image. @param value made of the local `shown` */
  #take(stretch: Stretch, name: string, value: Term): Statement {
    const at = add("cell", this.#cells(stretch.shift));
    const shown = show(stretch, term("cell"), this.#plan.geometry);
    return loop("cell", 0, this.#cells(stretch.length), [...shown, set(name, at, value)]);
  }

  /**
   * A filter left the graph: its disk must be one that the guests' writes explain.
   * @param acting whose requests may be in flight
   */
  released(disk: Stretch, acting: readonly Player[]): Statement[] {
    if (!this.#watches) return [];
    return [
      ...this.#explains(disk, disk, acting),
      ...this.#judging.judge(REMOVED),
      ...this.#unlessBusy(disk.image, acting, this.#known(disk)),
    ];
  }

  /** A mirror's target is the disk from now on: it must be one that the writes explain. */
  replaced(source: Stretch, target: Stretch, acting: readonly Player[]): Statement[] {
    if (!this.#watches) return [];
    return [
      ...this.#explains(source, target, acting),
      ...this.#judging.judge(REPLACED),
      ...this.#known(target),
    ];
  }

  /** A disk is shown by fewer layers, which must be one that the writes explain. */
  shortened(disk: Stretch, acting: readonly Player[]): Statement[] {
    if (!this.#watches) return [];
    return [
      ...this.#explains(disk, disk, acting),
      ...this.#judging.judge(SHORTENED),
      ...this.#unlessBusy(disk.image, acting, this.relayered(disk)),
    ];
  }

  /** Sets the local `differs`: whether what is found is no disk that guests' writes explain. */
  #explains(disk: Stretch, found: Stretch, acting: readonly Player[]): Statement[] {
    const { image } = disk;
    const at = add("cell", this.#cells(disk.shift));
    const allowed = binary(binary("mask", ">>", "shown"), "&", 1);
    return [
      local("differs", 0),
      loop("cell", 0, this.#cells(disk.length), [
        local("mask", field(possibleOf(image), at)),
        ...this.#others(null, acting, image, WRITING, at, (other, index) => [
          local("mask", binary("mask", "|", bit(other.read("data", index, "other")))),
        ]),
        ...show(found, term("cell"), this.#plan.geometry),
        when(not(allowed), [local("differs", 1)]),
      ]),
    ];
  }

  /**
   * Filters wrote there: all of it is as it is now, and taken for stable; unless requests are in
   * flight on the disk, for which it is still open what they may find.
   */
  settled(stretch: Stretch, acting: readonly Player[]): Statement[] {
    if (!this.#watches) return [];
    return this.#unlessBusy(stretch.image, acting, this.relayered(stretch));
  }

  /** All of it is as it is now, and taken for stable. */
  relayered(stretch: Stretch): Statement[] {
    if (!this.#watches) return [];
    const { image } = stretch;
    const stable = this.#flushed.has(image) ? [this.#take(stretch, stableOf(image), "shown")] : [];
    return [...this.#known(stretch), ...stable];
  }

  #unlessBusy(image: string, acting: readonly Player[], body: Statement[]): Statement[] {
    const guests = acting.filter(
      ({ actor: { entry } }) => entry.kind === "guest" && entry.image === image,
    );
    if (guests.length === 0) return body;
    const flying = guests.map(({ carrier }) =>
      loop("other", 0, carrier.instances, [
        when(binary(carrier.read("flight", 0, "other"), "!=", 0), [local("busy", 1)]),
      ]),
    );
    return [local("busy", 0), ...flying, when("busy", [], body)];
  }

  #known(stretch: Stretch): Statement[] {
    return [this.#take(stretch, possibleOf(stretch.image), bit("shown"))];
  }

  /**
   * Code for every other request of that kind in flight that is about a cell of the image.
   * @param self whose request is none of the others; null: nobody's
   */
  #others(
    self: Player | null,
    phase: readonly Player[],
    image: string,
    flight: number,
    cell: Expression,
    body: (other: Carrier, index: Expression) => Statement[],
  ): Statement[] {
    return phase.flatMap(({ actor, carrier: other }) => {
      const { entry } = actor;
      if (entry.kind !== "guest" || entry.image !== image) return [];
      if (flight === FLUSHING && !this.#flushes(actor)) return [];
      const start = flight === FLUSHING ? 0 : other.read("start", 0, "other");
      const end = flight === FLUSHING ? actor.cells : other.read("end", 0, "other");
      const index = binary(binary(cell, "-", this.#cells(entry.shift)), "-", start);
      const applies = all(
        binary(other.read("flight", 0, "other"), "==", flight),
        ...(other === self?.carrier ? [binary("other", "!=", "self")] : []),
        binary(index, ">=", 0),
        binary(index, "<", binary(end, "-", start)),
      );
      const { instances } = other;
      if (other === self?.carrier && instances === 1) return [];
      return [loop("other", 0, instances, [when(applies, body(other, index))])];
    });
  }

  #cells(bytes: number): number {
    return this.#plan.geometry.cells(bytes);
  }
}

/** Whether it may change what is on the disk. */
function writes(operation: Operation): boolean {
  return /^write|^discard/.test(operation);
}

function bit(value: Term): Expression {
  return binary(1, "<<", value);
}

function overCells(body: readonly Statement[]): Statement {
  return loop("cell", 0, binary("end", "-", "start"), body);
}
