/**
 * What somebody outside sees, as code of the program: the monitor of src/system/monitor.ts over
 * values instead of bytes.
 *
 * A point in time is an array of values. What a guest may find on its disk is, for every cell, a
 * set of values (a bit each): those that a read beginning now may return when nothing is in flight.
 * A request in flight carries a set of its own for every cell. For a read: what it may return, that
 * is what it could at its beginning, and whatever was written since. For a write: what was written
 * by requests that ended since it began, and may therefore outlast it. The rules are those of
 * src/system/guest-image.ts.
 */
import type { Difference, Observation, Property } from "../../../system/property.ts";
import type { Operation } from "../../../vocabulary.ts";
import {
  all,
  binary,
  field,
  judge,
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
import type { FieldShape } from "./field-shape.ts";
import type { GraphChange, Stretch } from "./graph-phases.ts";
import type { Plan, PlannedActor } from "./plan.ts";

/** An actor, and the process that plays it. */
export interface Player {
  readonly actor: PlannedActor;
  readonly carrier: Carrier;
}

const FLIGHT_READ = 1;
const FLIGHT_WRITE = 2;
const SOME: Difference = { at: 0, got: 1, expected: 0 };

type Shape = Pick<Observation, "kind"> & { readonly succeeded: boolean };

export class Watch {
  readonly fields: Field[] = [];
  /** what the elements of each field are for */
  readonly shapes = new Map<string, FieldShape>();
  readonly #plan: Plan;
  readonly #properties: readonly Property[];
  readonly #names = new Set<string>();
  readonly #guests: boolean;

  constructor(plan: Plan, properties: readonly Property[]) {
    this.#plan = plan;
    this.#properties = properties;
    this.#guests = this.#speaks("guest-read") || this.#speaks("hook-removed");
    const changes = [...plan.phases.flatMap((phase) => phase.changes), ...plan.ending];
    for (const change of changes) {
      if (change.kind !== "point") continue;
      const clusters = Math.ceil(this.#cells(change.length) / plan.geometry.clusterCells);
      this.#field(pointOf(change.node), plan.values, this.#cells(change.length), [], "cell");
      if (this.#speaks("view-read")) this.#field(givenOf(change.node), 2, clusters, [], "cluster");
    }
    if (!this.#guests) return;
    for (const [image, cells] of plan.images) {
      const initial = cells.map((value) => 1 << value);
      this.#field(possibleOf(image), 1 << plan.values, cells.length, initial, "cell");
    }
  }

  /** Declares what an actor's requests carry. */
  declare({ actor, carrier }: Player, longest: number): void {
    if (actor.entry.kind === "guest" && this.#guests) {
      carrier.register("flight", 3, 1, ["no", "reading", "writing"]);
      carrier.register("seen", 1 << this.#plan.values, longest);
    }
    if (actor.entry.kind === "view" && this.#speaks("view-read")) {
      carrier.register("given", 2);
    }
  }

  /** A request enters. Locals `start` and `end` are its cells; its data is in its register. */
  started(player: Player, operation: Operation, phase: readonly Player[]): Statement[] {
    const { actor, carrier } = player;
    const { entry } = actor;
    if (entry.kind === "view" && operation === "read" && this.#speaks("view-read")) {
      return this.#lookForGiven(carrier, entry.hook, this.#cells(entry.shift));
    }
    if (entry.kind !== "guest" || !this.#guests) return [];
    const shift = this.#cells(entry.shift);
    const cell = add(add("start", "cell"), shift);
    if (operation === "read") {
      const body = [
        local("mask", field(possibleOf(entry.image), cell)),
        ...this.#others(player, phase, entry.image, FLIGHT_WRITE, cell, (other, index) => [
          local("mask", binary("mask", "|", bit(other.read("data", index, "other")))),
        ]),
        carrier.write("seen", "mask", "cell"),
      ];
      return [carrier.write("flight", FLIGHT_READ), overCells(body)];
    }
    if (!writes(operation)) return [];
    const body = [
      local("value", bit(carrier.read("data", "cell"))),
      ...this.#others(player, phase, entry.image, FLIGHT_READ, cell, (other, index) => [
        other.write(
          "seen",
          binary(other.read("seen", index, "other"), "|", "value"),
          index,
          "other",
        ),
      ]),
    ];
    return [carrier.write("flight", FLIGHT_WRITE), overCells(body)];
  }

  /**
   * A request ended.
   * @param zeros cells from its start on that a block-status request called zero
   */
  ended(
    player: Player,
    operation: Operation,
    succeeded: boolean,
    zeros: Term,
    phase: readonly Player[],
  ): Statement[] {
    const { entry } = player.actor;
    if (entry.kind === "guest" && this.#guests) {
      return this.#guestEnded(player, operation, succeeded, phase);
    }
    if (entry.kind !== "view" || !this.#names.has(pointOf(entry.hook))) return [];
    const shift = this.#cells(entry.shift);
    const point = field(pointOf(entry.hook), add(add("start", "cell"), shift));
    if (operation === "discard" && succeeded && entry.unmap) {
      return this.#giveBack(entry.hook, shift);
    }
    if (operation === "block-status" && succeeded) {
      return [
        local("differs", 0),
        loop("cell", 0, zeros, [when(binary(point, "!=", 0), [local("differs", 1)])]),
        ...this.#judge({ kind: "view-status", succeeded }, "differs", 0, binary(zeros, ">", 0)),
      ];
    }
    if (operation !== "read") return [];
    const { carrier } = player;
    const wrong = binary(carrier.read("data", "cell"), "!=", point);
    const given = this.#speaks("view-read") ? carrier.read("given") : 0;
    return [
      local("differs", 0),
      ...(succeeded ? [overCells([when(wrong, [local("differs", 1)])])] : []),
      ...this.#judge({ kind: "view-read", succeeded }, "differs", given),
    ];
  }

  /** What commands do to points in time and to what is known of disks. Nothing is in flight. */
  changed(changes: readonly GraphChange[]): Statement[] {
    return changes.flatMap((change) => this.#changedBy(change));
  }

  #changedBy(change: GraphChange): Statement[] {
    switch (change.kind) {
      case "point":
        return this.#takePoint(change);
      case "released":
        return [...this.#release(change.disk), ...this.#forget(change.node)];
      case "forgotten":
        return this.#forget(change.node);
      case "settled":
        return this.#settle(change.stretch);
      case "closed":
        return [];
    }
  }

  #guestEnded(
    player: Player,
    operation: Operation,
    succeeded: boolean,
    phase: readonly Player[],
  ): Statement[] {
    const { actor, carrier } = player;
    if (actor.entry.kind !== "guest") return [];
    const { image, shift } = actor.entry;
    const cell = add(add("start", "cell"), this.#cells(shift));
    if (operation === "read") {
      const allowed = binary(
        binary(carrier.read("seen", "cell"), ">>", carrier.read("data", "cell")),
        "&",
        1,
      );
      return [
        local("differs", 0),
        ...(succeeded ? [overCells([when(not(allowed), [local("differs", 1)])])] : []),
        ...this.#judge({ kind: "guest-read", succeeded }, "differs", 0),
      ];
    }
    if (!writes(operation)) return [];
    const certain = succeeded && operation !== "discard";
    const known = field(possibleOf(image), cell);
    return [
      overCells([
        local("value", bit(carrier.read("data", "cell"))),
        local("mask", carrier.read("seen", "cell")),
        set(possibleOf(image), cell, binary("value", "|", certain ? "mask" : known)),
        ...this.#others(player, phase, image, FLIGHT_WRITE, cell, (other, index) => {
          const seen = other.read("seen", index, "other");
          const kept = certain ? binary(seen, "&", "mask") : seen;
          return [other.write("seen", binary("value", "|", kept), index, "other")];
        }),
      ]),
    ];
  }

  /** Code for every other request of that kind in flight that covers a cell of the image. */
  #others(
    { carrier }: Player,
    phase: readonly Player[],
    image: string,
    flight: number,
    cell: Expression,
    body: (other: Carrier, index: Expression) => Statement[],
  ): Statement[] {
    return phase.flatMap((other) => {
      const { entry } = other.actor;
      if (entry.kind !== "guest" || entry.image !== image) return [];
      const start = other.carrier.read("start", 0, "other");
      const end = other.carrier.read("end", 0, "other");
      const index = binary(binary(cell, "-", this.#cells(entry.shift)), "-", start);
      const applies = all(
        binary(other.carrier.read("flight", 0, "other"), "==", flight),
        ...(other.carrier === carrier ? [binary("other", "!=", "self")] : []),
        binary(index, ">=", 0),
        binary(index, "<", binary(end, "-", start)),
      );
      const { instances } = other.carrier;
      if (other.carrier === carrier && instances === 1) return [];
      return [loop("other", 0, instances, [when(applies, body(other.carrier, index))])];
    });
  }

  #lookForGiven(carrier: Carrier, hook: string, shift: number): Statement[] {
    const { clusterCells } = this.#plan.geometry;
    const first = binary(add("start", shift), "/", clusterCells);
    const end = binary(add(add("end", shift), clusterCells - 1), "/", clusterCells);
    if (!this.#names.has(givenOf(hook))) return [];
    return [
      loop("cluster", first, end, [
        when(field(givenOf(hook), "cluster"), [carrier.write("given", 1)]),
      ]),
    ];
  }

  #giveBack(hook: string, shift: number): Statement[] {
    if (!this.#names.has(givenOf(hook))) return [];
    const { clusterCells } = this.#plan.geometry;
    const first = binary(add(add("start", shift), clusterCells - 1), "/", clusterCells);
    const end = binary(add("end", shift), "/", clusterCells);
    return [loop("cluster", first, end, [set(givenOf(hook), "cluster", 1)])];
  }

  #takePoint(change: GraphChange & { kind: "point" }): Statement[] {
    const { of, node, length } = change;
    const source =
      "view" in of
        ? field(pointOf(of.view), add("cell", this.#cells(of.shift)))
        : field(imageOf(of.image), add("cell", this.#cells(of.shift)));
    return [loop("cell", 0, this.#cells(length), [set(pointOf(node), "cell", source)])];
  }

  #release(disk: Stretch): Statement[] {
    if (!this.#guests) return [];
    const at = add("cell", this.#cells(disk.shift));
    const value = field(imageOf(disk.image), at);
    const allowed = binary(binary(field(possibleOf(disk.image), at), ">>", value), "&", 1);
    return [
      local("differs", 0),
      loop("cell", 0, this.#cells(disk.length), [when(not(allowed), [local("differs", 1)])]),
      ...this.#judge({ kind: "hook-removed", succeeded: true }, "differs", 0),
      ...this.#settle(disk),
    ];
  }

  #settle({ image, shift, length }: Stretch): Statement[] {
    if (!this.#guests) return [];
    const at = add("cell", this.#cells(shift));
    const known = set(possibleOf(image), at, bit(field(imageOf(image), at)));
    return [loop("cell", 0, this.#cells(length), [known])];
  }

  #forget(node: string): Statement[] {
    return this.fields
      .filter(({ name }) => name === pointOf(node) || name === givenOf(node))
      .map(({ name, count }) => loop("cell", 0, count, [set(name, "cell", 0)]));
  }

  /** Which properties speak about such an observation, and when they are broken. */
  #judge(shape: Shape, differs: Term, given: Term, condition: Term = 1): Statement[] {
    return this.#properties.flatMap((property) => {
      const cases = [false, true].flatMap((difference) =>
        [false, true].map((discarded) => {
          const observation = sample(shape, difference, discarded);
          const applies = property.applies(observation);
          const violated = applies && property.violated(observation);
          return { difference, discarded, applies, violated };
        }),
      );
      const applies = anyOf(
        cases.filter((each) => each.applies),
        differs,
        given,
      );
      const violated = anyOf(
        cases.filter((each) => each.violated),
        differs,
        given,
      );
      if (applies === null) return [];
      return [judge(property.name, all(condition, applies), violated ?? 0)];
    });
  }

  #speaks(kind: Observation["kind"]): boolean {
    return this.#properties.some((property) =>
      [false, true].some((succeeded) =>
        [false, true].some((given) => property.applies(sample({ kind, succeeded }, false, given))),
      ),
    );
  }

  #cells(bytes: number): number {
    return this.#plan.geometry.cells(bytes);
  }

  #field(
    name: string,
    size: number,
    count: number,
    initial: readonly number[],
    shape: FieldShape,
  ): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.shapes.set(name, shape);
    this.fields.push({ name, size, count, initial, values: null });
  }
}

/** Names of fields. */
export const imageOf = (image: string) => `image ${image}`;
const pointOf = (hook: string) => `${hook} point in time`;
const givenOf = (hook: string) => `${hook} given back`;
const possibleOf = (image: string) => `${image} may hold`;

function writes(operation: Operation): boolean {
  return /^write|^discard/.test(operation);
}

function bit(value: Term): Expression {
  return binary(1, "<<", value);
}

function overCells(body: readonly Statement[]): Statement {
  return loop("cell", 0, binary("end", "-", "start"), body);
}

function sample(shape: Shape, differs: boolean, discarded: boolean): Observation {
  const { succeeded } = shape;
  const difference = differs ? SOME : null;
  switch (shape.kind) {
    case "view-read":
      return { kind: shape.kind, through: "", succeeded, difference, discarded };
    case "guest-read":
      return { kind: shape.kind, through: "", succeeded, difference };
    case "view-status":
      return { kind: shape.kind, through: "", difference };
    case "hook-removed":
      return { kind: shape.kind, node: "", difference };
  }
}

type Case = { readonly difference: boolean; readonly discarded: boolean };

/** Whether one of the cases is given; null: there is none. */
function anyOf(cases: readonly Case[], differs: Term, given: Term): Expression | null {
  if (cases.length === 0) return null;
  if (cases.length === 4) return term(1);
  const terms = cases.map(({ difference, discarded }) =>
    all(difference ? differs : not(differs), discarded ? given : not(given)),
  );
  return terms.reduce((left, right) => binary(left, "or", right));
}
