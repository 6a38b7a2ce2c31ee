/**
 * Everything that a team can be at, each with what its next steps read and write.
 *
 * A *context* is where the members of a team stand, the values of its guides and of the counters,
 * and where the director stands. Nothing else is known in it, so its steps may go many ways; what
 * others do meanwhile changes nothing about it but the counters, which are therefore known to be at
 * least what they are. All contexts are found beforehand, by the steps of the team itself, those of
 * the director, by others that set it going, and by others that raise counters.
 */
import { nodeNamed, restNumber, restsOf } from "../program/nodes.ts";
import type { Process, Program } from "../program/program.ts";
import type { Elements } from "./elements.ts";
import { Executor, type Known } from "./execute.ts";
import { bit, bits, type Footprint, NO_FOOTPRINT, together } from "./footprint.ts";
import { Inseparable } from "./inseparable.ts";
import { type Arrival, Recall } from "./recall.ts";
import type { Guide, Team, TeamList } from "./team-list.ts";
import { range, type Values } from "./values.ts";

export interface Context {
  readonly team: Team;
  /** the director's rest, the members' rests, the guides, the counters */
  readonly vector: readonly number[];
  /** of all its steps from here, those included that cannot be taken now */
  footprint: Footprint;
  /** steps that may be possible here, at the most; 0: none ever will be */
  ways: number;
  /** where its own steps lead */
  readonly next: Set<Context>;
  /** what its own steps set other teams going at */
  readonly begun: Set<Context>;
  /** where the director's steps lead */
  readonly directed: Set<Context>;
  /** where others lead that raise a counter by 1 */
  readonly raised: Set<Context>;
}

/** Contexts of all teams together, at the most. */
const CONTEXTS_MOST = 20_000;
/** Contexts that one step leads to because numbers are not known, at the most. */
const SPLIT_MOST = 512;

/** @throws Inseparable if there are too many, or teams meddle with each other */
export function contextsOf(program: Program, list: TeamList, elements: Elements): Context[] {
  return new Exploration(program, list, elements).all();
}

class Exploration {
  readonly #list: TeamList;
  readonly #steps: Recall;
  readonly #initial: ReadonlyMap<number, number>;
  readonly #counters: bigint;
  readonly #guided: bigint;
  readonly #contexts = new Map<string, Context>();
  readonly #left: Context[] = [];
  /** what {@link #split} found, by all that it goes by */
  readonly #splits = new Map<string, readonly Context[]>();
  /** counters that are raised while the director stands at a rest: `rest counter` */
  readonly #raised = new Set<string>();

  constructor(program: Program, list: TeamList, elements: Elements) {
    const { teams, counters } = list;
    this.#list = list;
    const adopted = teams.filter((team) => team.adopted);
    const given = adopted.flatMap(({ guides }) => guides.map(({ element }) => element));
    const executor = new Executor(program, elements, {
      rising: new Map(counters.map(({ element, size }) => [element, size])),
      given: new Set(given),
    });
    this.#steps = new Recall(executor, elements);
    this.#counters = bits(counters.map(({ element }) => element));
    this.#guided = bits(
      teams
        .filter((team) => !team.adopted)
        .flatMap(({ guides }) => guides.map(({ element }) => element)),
    );
    this.#initial = new Map(
      program.fields.flatMap(({ name, count, initial }) =>
        elements
          .ofField(name, range(0, count))
          .map((element, index) => [element, initial[index] ?? 0] as const),
      ),
    );
  }

  all(): Context[] {
    const { teams, counters } = this.#list;
    for (const team of teams) {
      const numbers = [...team.guides, ...counters].map(
        ({ element }) => this.#initial.get(element) ?? 0,
      );
      this.#reached(team, [0, ...team.members.map(() => 0), ...numbers]);
    }
    do {
      for (let context = this.#left.pop(); context; context = this.#left.pop()) {
        this.#step(context);
        this.#direct(context);
      }
      for (const context of [...this.#contexts.values()]) this.#raise(context);
    } while (this.#left.length > 0);
    return [...this.#contexts.values()];
  }

  #reached(team: Team, vector: readonly number[]): Context {
    const key = `${team.number}:${vector}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    if (this.#contexts.size === CONTEXTS_MOST) throw new Inseparable("teams can be at too much");
    const context: Context = {
      ...{ team, vector, footprint: NO_FOOTPRINT, ways: 0 },
      ...{ next: new Set(), begun: new Set(), directed: new Set(), raised: new Set() },
    };
    this.#contexts.set(key, context);
    this.#left.push(context);
    return context;
  }

  #known({ team, vector }: Context): Known {
    const { director, counters } = this.#list;
    const members = [director, ...team.members];
    const numbers = vector.slice(members.length);
    const guides = team.guides.map(
      ({ element }, index) => [element, [numbers[index] ?? 0]] as const,
    );
    const least = counters.map(({ element, size }, index) => {
      return [element, range(numbers[team.guides.length + index] ?? 0, size)] as const;
    });
    return {
      rests: new Map(
        members.map(({ process, instance }, index) => [
          instance,
          restsOf(process)[vector[index] ?? 0] ?? "",
        ]),
      ),
      values: new Map<number, Values>([...guides, ...least]),
    };
  }

  /** The team's own steps. */
  #step(context: Context): void {
    const { team } = context;
    const known = this.#known(context);
    for (const member of team.members) {
      for (const alternative of alternativesAt(member.process, known.rests.get(member.instance))) {
        const { places, footprint } = this.#steps.take(alternative, member, team, known);
        context.footprint = together(context.footprint, footprint);
        const { choices } = alternative;
        const ways = choices.reduce((product, { count }) => product * count, 1);
        if (places.length > 0) context.ways += ways;
        for (const place of places) {
          for (const next of this.#split(team, place)) context.next.add(next);
          for (const begun of this.#begun(team, known, place)) context.begun.add(begun);
        }
      }
    }
    this.#mindOthers(context);
  }

  /** A team must leave the guides of others alone, and may raise counters. */
  #mindOthers({ team, vector, footprint: { writes } }: Context): void {
    if ((writes & this.#guided & ~team.own) !== 0n) {
      throw new Inseparable("a team changes what another one goes by");
    }
    if ((writes & this.#counters) === 0n) return;
    for (const [index, { element }] of this.#list.counters.entries()) {
      if ((writes & bit(element)) !== 0n) this.#raised.add(`${vector[0]} ${index}`);
    }
  }

  /** Teams that a step sets going, and at what. */
  #begun(team: Team, known: Known, place: Arrival): Context[] {
    const moved = [...place.rests].filter(
      ([instance, rest]) =>
        known.rests.get(instance) !== rest && this.#list.teamOf.get(instance) !== team,
    );
    return moved.flatMap(([instance]) => {
      const other = this.#list.teamOf.get(instance);
      if (!other?.adopted) throw new Inseparable("a team moves an instance of another one");
      const { director } = this.#list;
      const rests = new Map(place.rests).set(
        director.instance,
        known.rests.get(director.instance) ?? "",
      );
      const values = new Map(place.values);
      for (const { element } of other.guides) values.set(element, place.given.get(element) ?? null);
      return this.#split(other, { rests, values });
    });
  }

  #direct(context: Context): void {
    const { director } = this.#list;
    const known = this.#known(context);
    const { process, instance } = director;
    for (const alternative of alternativesAt(process, known.rests.get(instance))) {
      for (const place of this.#steps.take(alternative, director, context.team, known).places) {
        for (const next of this.#split(context.team, place)) context.directed.add(next);
      }
    }
  }

  #raise({ team, vector, raised }: Context): void {
    const { counters } = this.#list;
    for (const [index, { size }] of counters.entries()) {
      const at = vector.length - counters.length + index;
      const value = (vector[at] ?? 0) + 1;
      if (value >= size || !this.#raised.has(`${vector[0]} ${index}`)) continue;
      raised.add(this.#reached(team, vector.with(at, value)));
    }
  }

  /** Contexts of a team for everything that a place may be. */
  #split(team: Team, { rests, values }: Known): readonly Context[] {
    const { director, counters } = this.#list;
    const stands = [director, ...team.members].map(({ process, instance }) =>
      restNumber(process, rests.get(instance) ?? ""),
    );
    const guided = team.guides.map((guide) => possible(guide, values));
    const least = counters.map(({ element }) => values.get(element)?.[0] ?? 0);
    const key = `${team.number}:${stands}:${guided.join("|")}:${least}`;
    const known = this.#splits.get(key);
    if (known !== undefined) return known;
    let vectors: number[][] = [stands];
    for (const [index, each] of guided.entries()) {
      vectors = vectors.flatMap((vector) => each.map((value) => [...vector, value]));
      if (vectors.length <= SPLIT_MOST) continue;
      throw new Inseparable(`${team.guides[index]?.field} may be anything`);
    }
    const contexts = vectors.map((vector) => this.#reached(team, [...vector, ...least]));
    this.#splits.set(key, contexts);
    return contexts;
  }
}

function alternativesAt(process: Process, rest: string | undefined) {
  const node = rest === undefined ? undefined : nodeNamed(process, rest);
  return node?.kind === "rest" ? node.alternatives : [];
}

function possible({ field, element, size }: Guide, values: ReadonlyMap<number, Values>) {
  const known = values.get(element) ?? range(0, size);
  if (known === null) throw new Inseparable(`${field} may be anything`);
  return known;
}
