/**
 * What somebody outside sees, as code of the program: the monitor of src/system/monitor.ts over
 * values instead of bytes.
 *
 * A point in time is an array of values. A read of the view carries whether it touches what had
 * been given back before it began, and whether all of it had been returned before; a read of a
 * job's copy whether all of it had been copied; and every request whether an image refused a call
 * that it made itself. What guests see of their disks is in guest-watch.ts, and so on.
 */
import type { Entry } from "../../../system/entry.ts";
import type { Stretch } from "../../../system/image-window.ts";
import type { Property } from "../../../system/property.ts";
import { CHANGING_OPERATIONS, type Errno, type Operation } from "../../../vocabulary.ts";
import { all, binary, field, local, loop, not, set, term, when } from "../../program/build.ts";
import type { Expression, Field, Statement } from "../../program/program.ts";
import { add, type Carrier } from "./carrier.ts";
import { CopyWatch } from "./copy-watch.ts";
import { DiscardWatch } from "./discard-watch.ts";
import type { FieldShape } from "./field-shape.ts";
import type { GraphChange } from "./graph-phases.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { ImageAccess } from "./image-call.ts";
import { IncrementWatch } from "./increment-watch.ts";
import { Judging, type Sight, sights, statusSights } from "./judging.ts";
import { changesOf, type Plan } from "./plan.ts";
import type { Player } from "./player.ts";
import { PointsWatch } from "./points-watch.ts";
import { SavedWatch } from "./saved-watch.ts";
import { show } from "./shown.ts";

const CLOSED = [false, true].map(
  (busy): Sight => ({
    when: busy ? term("busy") : not("busy"),
    observation: { kind: "node-closed", node: "", busy, difference: null },
  }),
);
const STATUS = statusSights("view-status");

/**
 * @param given whether it touches what had been given back
 * @param lost whether the reader's handle leads to no view any more
 */
function viewReadSights(succeeded: boolean, given: Expression, lost: boolean): Sight[] {
  return [false, true].flatMap((discarded) =>
    sights((difference) => ({
      kind: "view-read",
      through: "",
      succeeded,
      difference,
      discarded,
      lost,
    })).map(({ when: seen, observation }) => ({
      when: all(discarded ? given : not(given), seen),
      observation,
    })),
  );
}

function rereadSights(succeeded: boolean): Sight[] {
  const observation = { kind: "view-reread", through: "", succeeded, difference: null } as const;
  return [{ when: term(1), observation }];
}

function resultSights(succeeded: boolean): Sight[] {
  return sights((difference) => ({ kind: "result-read", through: "", succeeded, difference }));
}

function refusedSights(operation: Operation, succeeded: boolean): Sight[] {
  const common = { kind: "refused", through: "", difference: null } as const;
  return [{ when: term(1), observation: { ...common, operation, succeeded } }];
}

export class Watch {
  readonly #guests: GuestWatch;
  readonly #discards: DiscardWatch;
  readonly copies: CopyWatch;
  readonly #increments: IncrementWatch;
  readonly #apart: PointsWatch;
  readonly #saved: SavedWatch;
  readonly #plan: Plan;
  readonly #judging: Judging;
  readonly #fields: Field[] = [];
  readonly #shapes = new Map<string, FieldShape>();
  readonly #names = new Set<string>();
  /** whether a property speaks about reads of views, of copies, and about calls that are refused */
  readonly #reads: boolean;
  readonly #rereads: boolean;
  readonly #results: boolean;
  readonly #refusals: boolean;

  constructor(plan: Plan, properties: readonly Property[]) {
    this.#plan = plan;
    this.#judging = new Judging(properties);
    this.#guests = new GuestWatch(plan, this.#judging);
    this.#discards = new DiscardWatch(this.#judging);
    this.copies = new CopyWatch(changesOf(plan), this.#judging);
    this.#increments = new IncrementWatch(plan, this.#judging);
    this.#apart = new PointsWatch(changesOf(plan), this.#judging);
    this.#saved = new SavedWatch(plan, this.#judging, pointOf);
    const speaksOf = (sightsOf: (succeeded: boolean) => Sight[]) =>
      [false, true].some((succeeded) => this.#judging.speaksOf(sightsOf(succeeded)));
    this.#reads = [false, true].some((lost) =>
      speaksOf((succeeded) => viewReadSights(succeeded, term(0), lost)),
    );
    this.#rereads = speaksOf(rereadSights);
    this.#results = speaksOf(resultSights);
    this.#refusals = speaksOf((succeeded) => refusedSights("read", succeeded));
    const changes = changesOf(plan);
    for (const change of changes) {
      if (change.kind !== "point") continue;
      const clusters = plan.geometry.clusters(change.length);
      this.#field(pointOf(change.node), plan.values, this.#cells(change.length), "cell");
      if (this.#reads) this.#field(givenOf(change.node), 2, clusters, "cluster");
      if (this.#rereads) this.#field(returnedOf(change.node), 2, clusters, "cluster");
      if (this.#results) this.#field(copiedOf(change.node), 2, clusters, "cluster");
    }
  }

  get fields(): readonly Field[] {
    const more = [...this.#increments.fields, ...this.#saved.fields, ...this.#apart.fields];
    return [...this.#fields, ...this.#guests.fields, ...this.copies.fields, ...more];
  }

  get tables(): Record<string, readonly number[]> {
    return this.#increments.tables(changesOf(this.#plan));
  }

  /** What the elements of each field are for. */
  get shapes(): ReadonlyMap<string, FieldShape> {
    const cells = [...this.#guests.fields, ...this.#saved.fields].map(
      ({ name }) => [name, "cell"] as const,
    );
    return new Map([...this.#shapes, ...cells, ...this.#increments.shapes]);
  }

  /** Declares what an actor's requests carry. */
  declare(player: Player, longest: number): void {
    const { actor, carrier } = player;
    this.#guests.declare(player, longest);
    this.#discards.declare(player);
    this.#apart.declare(player);
    if (actor.entry.kind === "view" && this.#reads) carrier.register("given", 2);
    if (actor.entry.kind === "view" && this.#rereads) carrier.register("returned", 2);
    if (actor.entry.kind === "result" && this.#results) carrier.register("copied", 2);
    if (this.#refusals) carrier.register("refused", 2);
  }

  /** A request enters. Locals `start` and `end` are its cells; its data is in its register. */
  started(player: Player, operation: Operation, phase: readonly Player[]): Statement[] {
    const { entry } = player.actor;
    if (entry.kind === "view" && operation === "read") {
      const shift = this.#cells(entry.shift);
      return [
        ...this.#lookForGiven(player.carrier, entry.hook, shift),
        ...this.#lookForAll(player.carrier, "returned", returnedOf(entry.hook), shift),
      ];
    }
    if (entry.kind === "result" && operation === "read") {
      const shift = this.#cells(entry.shift);
      return this.#lookForAll(player.carrier, "copied", copiedOf(entry.hook), shift);
    }
    const began = CHANGING_OPERATIONS.has(operation) ? this.#apart.began(player) : [];
    return [...this.#guests.started(player, operation, phase), ...began];
  }

  /** An image refused a call that a process made: one of a request itself, or of a task. */
  refused(carrier: Carrier): Statement[] {
    return carrier.registers.includes("refused") ? [carrier.write("refused", 1)] : [];
  }

  /** A call of an image ended well. @param layers those of which it is the top one, if any */
  answered(carrier: Carrier, access: ImageAccess, layers: Stretch | null): Statement[] {
    const { image, operation } = access;
    if (operation === "flush") return this.#guests.flushed(image, layers);
    const discarded = operation === "discard" ? this.#discards.discarded(carrier, image) : [];
    return [...discarded, ...this.#increments.answered(access)];
  }

  /** An image answered a call well: what it has overwritten must be elsewhere. */
  overwritten(access: ImageAccess, nodes: ReadonlySet<string>): Statement[] {
    return this.#saved.answered(access, nodes);
  }

  /**
   * A request ended. Of a block-status that succeeded the locals `said` (0 nothing, 1 data, 2 zero)
   * and `zeros` (cells from its start on) are what it answered.
   */
  ended(
    player: Player,
    operation: Operation,
    errno: Errno | null,
    phase: readonly Player[],
  ): Statement[] {
    const succeeded = errno === null;
    const refused = this.#refusals ? player.carrier.read("refused") : 0;
    return [
      ...this.#judging.judge(refusedSights(operation, succeeded), refused),
      ...this.copies.ended(player, operation, errno),
      ...this.#discards.ended(player, operation, succeeded),
      ...this.#entryEnded(player, operation, succeeded, phase),
    ];
  }

  #entryEnded(
    player: Player,
    operation: Operation,
    succeeded: boolean,
    phase: readonly Player[],
  ): Statement[] {
    const { entry } = player.actor;
    switch (entry.kind) {
      case "guest":
        return [
          ...this.#guests.ended(player, operation, succeeded, phase),
          ...(succeeded && CHANGING_OPERATIONS.has(operation) ? this.#apart.ended(player) : []),
        ];
      case "view":
        return this.#viewEnded(player, entry, operation, succeeded);
      case "result":
        return operation === "read" ? this.#resultEnded(player, entry, succeeded) : [];
      case "job":
        if (operation !== "copy") return [];
        return [
          ...this.#increments.copied(entry.hook, succeeded),
          ...(succeeded ? this.#mark(copiedOf, entry, "whole") : []),
        ];
      case "other":
        return [];
    }
  }

  #resultEnded({ carrier }: Player, entry: Entry & { kind: "result" }, succeeded: boolean) {
    if (!this.#names.has(copiedOf(entry.hook))) return [];
    return [
      ...this.#compare(carrier, entry.hook, this.#cells(entry.shift), succeeded),
      ...this.#judging.judge(resultSights(succeeded), carrier.read("copied")),
    ];
  }

  /** Sets the local `differs`: whether a read that succeeded found something else. */
  #compare(carrier: Carrier, hook: string, shift: number, succeeded: boolean): Statement[] {
    const point = field(pointOf(hook), add(add("start", "cell"), shift));
    const cells = succeeded ? binary("end", "-", "start") : 0;
    const wrong = binary(carrier.read("data", "cell"), "!=", point);
    return [local("differs", 0), loop("cell", 0, cells, [when(wrong, [local("differs", 1)])])];
  }

  #viewEnded(
    { actor, carrier }: Player,
    entry: Entry & { kind: "view" },
    operation: Operation,
    succeeded: boolean,
  ): Statement[] {
    if (!this.#names.has(pointOf(entry.hook))) return [];
    const shift = this.#cells(entry.shift);
    const point = field(pointOf(entry.hook), add(add("start", "cell"), shift));
    const { releases } = entry;
    if (operation === "discard" && succeeded && releases !== null) {
      return this.#mark(givenOf, entry, releases);
    }
    if (operation === "block-status" && succeeded) {
      return [
        local("differs", 0),
        loop("cell", 0, "zeros", [when(binary(point, "!=", 0), [local("differs", 1)])]),
        ...this.#judging.judge(STATUS, binary("end", ">", "start")),
      ];
    }
    if (operation !== "read") return [];
    const given = this.#reads ? carrier.read("given") : term(0);
    const returned = this.#rereads ? carrier.read("returned") : 0;
    return [
      ...this.#compare(carrier, entry.hook, shift, succeeded),
      ...this.#judging.judge(viewReadSights(succeeded, given, actor.lost)),
      ...this.#judging.judge(rereadSights(succeeded), returned),
      ...(succeeded ? this.#mark(returnedOf, entry, "whole") : []),
    ];
  }

  /**
   * What a command does to points in time and to what is known of disks.
   * @param acting whose requests may be in flight
   */
  changed(change: GraphChange, acting: readonly Player[]): Statement[] {
    switch (change.kind) {
      case "point":
        return [
          ...this.#takePoint(change),
          ...this.#saved.begun(change.node),
          ...this.#apart.taken(change),
        ];
      case "released":
        return [
          ...this.#guests.released(change.disk, acting),
          ...this.#forget(change.node),
          ...this.#apart.gone(change.node),
        ];
      case "replaced":
        return this.#guests.replaced(change.source, change.target, acting);
      case "shortened":
        return this.#guests.shortened(change.disk, acting);
      case "forgotten":
        return this.#forget(change.node);
      case "settled":
        return this.#guests.settled(change.stretch, acting);
      case "relayered":
        return this.#guests.relayered(change.stretch);
      case "told":
      case "lent":
      case "increment":
        return this.#increments.changed(change);
      case "closed":
        return [];
    }
  }

  /** A node leaves the graph. @param busy whether a request is under way in it */
  closed(busy: Expression): Statement[] {
    const judged = this.#judging.judge(CLOSED);
    return judged.length === 0 ? [] : [local("busy", busy), ...judged];
  }

  #lookForGiven(carrier: Carrier, hook: string, shift: number): Statement[] {
    if (!this.#names.has(givenOf(hook))) return [];
    const given = field(givenOf(hook), "cluster");
    return [this.#overTouched(shift, [when(given, [carrier.write("given", 1)])])];
  }

  /** Sets a register: whether every cluster that the request touches is marked in a field. */
  #lookForAll(carrier: Carrier, register: string, marks: string, shift: number): Statement[] {
    if (!this.#names.has(marks)) return [];
    const missed = when(field(marks, "cluster"), [], [carrier.write(register, 0)]);
    const some = binary("end", ">", "start");
    return [carrier.write(register, some), this.#overTouched(shift, [missed])];
  }

  /** Code for every cluster that a request touches. */
  #overTouched(shift: number, body: readonly Statement[]): Statement {
    const { clusterCells } = this.#plan.geometry;
    const first = binary(add("start", shift), "/", clusterCells);
    const end = binary(add(add("end", shift), clusterCells - 1), "/", clusterCells);
    return loop("cluster", first, end, body);
  }

  /** Marks the clusters of a filter that a request covers. */
  #mark(
    marks: (hook: string) => string,
    entry: Entry & { kind: "view" | "job" },
    over: "interior" | "whole",
  ): Statement[] {
    const name = marks(entry.hook);
    if (!this.#names.has(name)) return [];
    const { clusterCells } = this.#plan.geometry;
    const shift = this.#cells(entry.shift);
    const up = (cell: Expression) => binary(add(cell, clusterCells - 1), "/", clusterCells);
    const end = add("end", shift);
    const total = this.#fields.find((each) => each.name === pointOf(entry.hook))?.count ?? 0;
    const reachesEnd = when(binary(end, "==", total), [local("covered", up(end))]);
    return [
      local("covered", binary(end, "/", clusterCells)),
      ...(over === "whole" && total % clusterCells !== 0 ? [reachesEnd] : []),
      loop("cluster", up(add("start", shift)), "covered", [set(name, "cluster", 1)]),
    ];
  }

  #takePoint(change: GraphChange & { kind: "point" }): Statement[] {
    const { of, node, length } = change;
    const source =
      "view" in of
        ? [local("shown", field(pointOf(of.view), add("cell", this.#cells(of.shift))))]
        : show(of, term("cell"), this.#plan.geometry);
    const take = [...source, set(pointOf(node), "cell", "shown")];
    return [loop("cell", 0, this.#cells(length), take)];
  }

  #forget(node: string): Statement[] {
    const marks = this.#fields.filter(({ name }) => marksOf(node).includes(name));
    const forgotten = marks.map(({ name, count }) =>
      loop("cell", 0, count, [set(name, "cell", 0)]),
    );
    return [...forgotten, ...this.copies.gone(node)];
  }

  #cells(bytes: number): number {
    return this.#plan.geometry.cells(bytes);
  }

  #field(name: string, size: number, count: number, shape: FieldShape): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#shapes.set(name, shape);
    this.#fields.push({ name, size, count, initial: [], values: null });
  }
}

/** Names of fields. */
const pointOf = (hook: string) => `${hook} point in time`;
const givenOf = (hook: string) => `${hook} given back`;
const returnedOf = (hook: string) => `${hook} returned`;
const copiedOf = (hook: string) => `${hook} copied`;
const marksOf = (hook: string) => [pointOf, givenOf, returnedOf, copiedOf].map((of) => of(hook));
