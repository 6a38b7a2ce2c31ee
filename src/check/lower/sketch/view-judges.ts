/**
 * What the properties say about the reads of a view, tabulated over the values that can be read.
 */
import type { Observation, Property } from "../../../system/property.ts";
import type { SketchActor, SketchDesign } from "../../../system/sketch.ts";
import { judge, type Term, table } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { malformed } from "./actor-paths.ts";

interface Judge {
  readonly property: string;
  /** 1 or 0 by the value that was read */
  readonly applies: readonly number[];
  readonly violated: readonly number[];
}

export class ViewJudges {
  readonly #actor: string;
  readonly #judges: readonly Judge[];

  /** @throws BlockgraphError `chart-malformed` if there is no such store to have a view of */
  constructor(design: SketchDesign, actor: SketchActor, properties: readonly Property[]) {
    const store = design.stores.find((candidate) => candidate.name === actor.view);
    if (store === undefined) {
      throw malformed(actor, `its reads are a view of ${actor.view}, which is not a store`);
    }
    const values = Array.from({ length: design.values }, (_, value) => value);
    const observations = values.map((value) => viewRead(actor.name, value, store.initial));
    this.#actor = actor.name;
    this.#judges = properties
      .map((property) => ({
        property: property.name,
        applies: observations.map((seen) => (property.applies(seen) ? 1 : 0)),
        violated: observations.map((seen) => (property.violated(seen) ? 1 : 0)),
      }))
      .filter(({ applies }) => applies.includes(1));
  }

  /** Lets every property speak about a value that was read. */
  judge(value: Term): Statement[] {
    return this.#judges.map((about) =>
      judge(
        about.property,
        this.#over(about, "applies", value),
        this.#over(about, "violated", value),
      ),
    );
  }

  get tables(): Record<string, readonly number[]> {
    return Object.fromEntries(
      this.#judges.flatMap((about) => [
        [this.#table(about, "applies"), about.applies],
        [this.#table(about, "violated"), about.violated],
      ]),
    );
  }

  #over(about: Judge, what: "applies" | "violated", value: Term): Expression | number {
    const [first = 0, ...others] = about[what];
    const constant = others.every((other) => other === first);
    return constant ? first : table(this.#table(about, what), value);
  }

  #table({ property }: Judge, what: "applies" | "violated"): string {
    return `${this.#actor}.${property}.${what}`;
  }
}

function viewRead(through: string, got: number, expected: number): Observation {
  const difference = got === expected ? null : { at: 0, got, expected };
  return { kind: "view-read", through, succeeded: true, difference, discarded: false, lost: false };
}
