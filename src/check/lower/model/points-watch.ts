/**
 * Whether points in time of several disks are one, as code: the rules of
 * src/system/points-apart.ts over flags. Which points there are, and in which order they are taken,
 * is known beforehand.
 */
import { binary, field, local, not, set, term, when } from "../../program/build.ts";
import type { Field, Statement } from "../../program/program.ts";
import type { GraphChange } from "./graph-phases.ts";
import type { Judging, Sight } from "./judging.ts";
import type { Player } from "./player.ts";

/** What is known of a point: not taken, or gone; taken; and a write to its disk has ended since. */
const TAKEN = 1;
const WRITTEN = 2;

/** The register in which a request keeps the points that others had written after. */
export const AFTER = "after";

const TOGETHER = [false, true].map(
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
    this.#points = judging.speaksOf(TOGETHER) ? pointsIn(changes) : [];
    const flag = { count: 1, initial: [], values: null } as const;
    this.fields = this.#points.flatMap(({ filter, later }) => [
      { ...flag, name: pointOf(filter), size: 3 },
      ...later.map((image) => ({ ...flag, name: followedOn(filter, image), size: 2 })),
    ]);
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
        : [carrier.write(AFTER, binary(stateOf(point), "==", WRITTEN), term(index))],
    );
  }

  /** A guest's write has succeeded. */
  ended({ actor, carrier }: Player): Statement[] {
    if (!carrier.registers.includes(AFTER) || actor.entry.kind !== "guest") return [];
    const { image } = actor.entry;
    return this.#points.flatMap((point, index): Statement[] => {
      const { filter, later } = point;
      if (point.image === image) {
        const taken = binary(stateOf(point), "==", TAKEN);
        return [when(taken, [set(pointOf(filter), 0, WRITTEN)])];
      }
      if (!later.includes(image)) return [];
      return [when(carrier.read(AFTER, term(index)), [set(followedOn(filter, image), 0, 1)])];
    });
  }

  /** A filter has its point in time. */
  taken({ node, of, used }: GraphChange & { kind: "point" }): Statement[] {
    if (!used || "view" in of || this.#points.length === 0) return [];
    const others = this.#earlier(node).filter(({ image }) => image !== of.image);
    const some = others.map((other) => when(stateOf(other), [local("others", 1)]));
    const torn = others.map(({ filter }) =>
      when(field(followedOn(filter, of.image)), [local("torn", 1)]),
    );
    const judged =
      others.length === 0
        ? []
        : [
            ...[local("others", 0), local("torn", 0), ...some, ...torn],
            ...this.#judging.judge(TOGETHER, term("others")),
          ];
    return [...judged, ...this.#become(node, TAKEN)];
  }

  /** A filter is gone, and its point with it. */
  gone(filter: string): Statement[] {
    return this.#become(filter, 0);
  }

  #become(filter: string, state: number): Statement[] {
    const point = this.#points.find((each) => each.filter === filter);
    if (point === undefined) return [];
    const followed = point.later.map((image) => set(followedOn(filter, image), 0, 0));
    return [set(pointOf(filter), 0, state), ...followed];
  }

  /** The last point of all has no later one, and is not among those that are followed. */
  #earlier(filter: string): readonly Point[] {
    const index = this.#points.findIndex((each) => each.filter === filter);
    return index < 0 ? this.#points : this.#points.slice(0, index);
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

const pointOf = (filter: string) => `${filter} taken, and written after`;
const stateOf = ({ filter }: Point) => field(pointOf(filter));
const followedOn = (filter: string, image: string) => `${filter} followed on ${image}`;
