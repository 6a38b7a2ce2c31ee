/**
 * Whether points in time of several disks are one, as code: the rules of
 * src/system/points-apart.ts over flags. Which points there are, and in which order they are taken,
 * is known beforehand.
 */
import { field, local, not, set, term, when } from "../../program/build.ts";
import type { Field, Statement } from "../../program/program.ts";
import type { GraphChange } from "./graph-phases.ts";
import type { Judging, Sight } from "./judging.ts";
import type { Player } from "./player.ts";

/** The register in which a request keeps the points that others had written after. */
export const AFTER = "after";

const TAKEN = [false, true].map(
  (torn): Sight => ({
    when: torn ? term("torn") : not("torn"),
    observation: { kind: "points-taken", node: "", torn, difference: null },
  }),
);

/** A point in time that is followed by one of another disk. */
interface Point {
  readonly filter: string;
  readonly image: string;
  /** images of later points */
  readonly later: readonly string[];
}

export class PointsWatch {
  readonly #judging: Judging;
  readonly #points: readonly Point[];
  readonly fields: readonly Field[];

  constructor(changes: readonly GraphChange[], judging: Judging) {
    this.#judging = judging;
    this.#points = judging.speaksOf(TAKEN) ? pointsIn(changes) : [];
    this.fields = this.#points
      .flatMap(({ filter, later }) => [
        writtenAfter(filter),
        ...later.map((image) => followedOn(filter, image)),
      ])
      .map((name) => ({ name, size: 2, count: 1, initial: [], values: null }));
  }

  /** Declares what an actor's requests carry. */
  declare({ actor, carrier }: Player): void {
    if (actor.entry.kind !== "guest" || this.#points.length === 0) return;
    carrier.register(AFTER, 2, this.#points.length);
  }

  /** A guest's write enters. */
  began({ actor, carrier }: Player): Statement[] {
    if (!carrier.registers.includes(AFTER) || actor.entry.kind !== "guest") return [];
    const { image } = actor.entry;
    return this.#points.flatMap((point, index) =>
      point.image === image
        ? []
        : [carrier.write(AFTER, field(writtenAfter(point.filter)), term(index))],
    );
  }

  /** A guest's write has succeeded. */
  ended({ actor, carrier }: Player): Statement[] {
    if (!carrier.registers.includes(AFTER) || actor.entry.kind !== "guest") return [];
    const { image } = actor.entry;
    return this.#points.flatMap(({ filter, image: own, later }, index): Statement[] => {
      if (own === image) return [set(writtenAfter(filter), 0, 1)];
      if (!later.includes(image)) return [];
      return [when(carrier.read(AFTER, term(index)), [set(followedOn(filter, image), 0, 1)])];
    });
  }

  /** A filter has its point in time: what came before is forgotten. */
  taken({ node, of, used }: GraphChange & { kind: "point" }): Statement[] {
    if (!used || "view" in of || this.#points.length === 0) return [];
    const earlier = this.#points.slice(0, this.#indexAfter(node));
    const others = earlier.filter(({ image }) => image !== of.image);
    const own = this.#points.find(({ filter }) => filter === node);
    const begins = [
      ...(own === undefined ? [] : [writtenAfter(node)]),
      ...(own?.later ?? []).map((image) => followedOn(node, image)),
    ].map((name) => set(name, 0, 0));
    if (others.length === 0) return begins;
    const torn = others.map(({ filter }) =>
      when(field(followedOn(filter, of.image)), [local("torn", 1)]),
    );
    return [local("torn", 0), ...torn, ...this.#judging.judge(TAKEN), ...begins];
  }

  /** The last point has no later one, and is not among those that are followed. */
  #indexAfter(node: string): number {
    const index = this.#points.findIndex(({ filter }) => filter === node);
    return index < 0 ? this.#points.length : index;
  }
}

function pointsIn(changes: readonly GraphChange[]): Point[] {
  const taken = changes.flatMap((change) =>
    change.kind === "point" && change.used && "image" in change.of
      ? [{ filter: change.node, image: change.of.image }]
      : [],
  );
  return taken.flatMap((point, index) => {
    const later = taken.slice(index + 1).map(({ image }) => image);
    const others = [...new Set(later)].filter((image) => image !== point.image);
    return others.length === 0 ? [] : [{ ...point, later: others }];
  });
}

const writtenAfter = (filter: string) => `${filter} written after`;
const followedOn = (filter: string, image: string) => `${filter} followed on ${image}`;
