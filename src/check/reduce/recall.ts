/**
 * Steps that were taken before from somewhere else: a step that looks at few numbers of a context
 * goes the same ways wherever these are the same, whatever the others are.
 *
 * What a step looks at is what it was noted to read and write, and which that is follows from what
 * it finds there. So a step that finds the same again does the same again.
 */
import type { Alternative } from "../program/program.ts";
import type { Elements } from "./elements.ts";
import type { Place } from "./evaluate.ts";
import type { Executor, Known } from "./execute.ts";
import { bit, type Footprint } from "./footprint.ts";
import type { Member, Team } from "./team-list.ts";
import type { Values } from "./values.ts";

export type Arrival = Pick<Place, "rests" | "values" | "given">;

/** Where an alternative may lead, and what it reads and writes on any way. */
export interface Taken {
  readonly places: readonly Arrival[];
  readonly footprint: Footprint;
}

/** What is other than before, where a step has led. */
interface Change {
  readonly rests: readonly (readonly [instance: number, rest: string])[];
  readonly values: readonly (readonly [element: number, values: Values])[];
  readonly given: Place["given"];
}

interface Found {
  readonly changes: readonly Change[];
  readonly footprint: Footprint;
}

/** What was found of a step when it looked at these, by what it saw there. */
interface View {
  readonly instances: readonly number[];
  readonly elements: readonly number[];
  readonly found: Map<string, Found>;
}

export class Recall {
  readonly #executor: Executor;
  readonly #elements: Elements;
  readonly #views = new Map<Alternative, Map<string, View[]>>();

  constructor(executor: Executor, elements: Elements) {
    this.#executor = executor;
    this.#elements = elements;
  }

  /**
   * Takes an alternative with every combination of choices.
   * @param member who takes it
   * @param team of whose contexts `known` is one
   */
  take(alternative: Alternative, member: Member, team: Team, known: Known): Taken {
    const views = this.#viewsOf(alternative, `${team.number} ${member.instance}`);
    for (const view of views) {
      const found = view.found.get(seen(view, known));
      if (found !== undefined) return arrived(found, known);
    }
    const places = this.#executor.take(alternative, member.process, member.self, known);
    const footprint = this.#executor.notes.take();
    const view = this.#view(views, footprint, known);
    const found = { footprint, changes: places.map((place) => changed(place, view, known)) };
    view.found.set(seen(view, known), found);
    return arrived(found, known);
  }

  #viewsOf(alternative: Alternative, who: string): View[] {
    const views = this.#views.get(alternative) ?? new Map<string, View[]>();
    this.#views.set(alternative, views);
    const own = views.get(who) ?? [];
    views.set(who, own);
    return own;
  }

  /** The view of whatever of the known is in a footprint. */
  #view(views: View[], { reads, writes }: Footprint, { rests, values }: Known): View {
    const touched = reads | writes;
    const isTouched = (element: number) => (touched & bit(element)) !== 0n;
    const instances = [...rests.keys()].filter(
      (each) => isTouched(this.#elements.idle(each)) || isTouched(this.#elements.stand(each)),
    );
    const elements = [...values.keys()].filter(isTouched);
    const same = views.find(
      (view) => `${view.instances}` === `${instances}` && `${view.elements}` === `${elements}`,
    );
    if (same !== undefined) return same;
    const view = { instances, elements, found: new Map() };
    views.push(view);
    return view;
  }
}

/** What a step sees in a view, as text. */
function seen({ instances, elements }: View, { rests, values }: Known): string {
  const stands = instances.map((instance) => rests.get(instance));
  return [...stands, ...elements.map((element) => values.get(element))].join("|");
}

function changed(place: Place, { instances, elements }: View, known: Known): Change {
  const moved = [...place.rests].filter(
    ([instance]) => instances.includes(instance) || !known.rests.has(instance),
  );
  const written = elements.map((element) => [element, place.values.get(element) ?? null] as const);
  return { rests: moved, values: written, given: place.given };
}

function arrived({ changes, footprint }: Found, known: Known): Taken {
  const places = changes.map(({ rests, values, given }) => ({
    rests: new Map([...known.rests, ...rests]),
    values: new Map([...known.values, ...values]),
    given,
  }));
  return { places, footprint };
}
