/**
 * Steps where only a part of the state is known: every way that they may go, and everything that
 * they read and write on any of them.
 *
 * Where a condition is not known both branches are gone into, each as a place of its own. Places
 * between which nothing makes a difference any more become one again.
 */
import { nodeNamed } from "../program/nodes.ts";
import type { Alternative, Expression, Process, Program, Statement } from "../program/program.ts";
import type { Elements } from "./elements.ts";
import { Evaluator, type Place } from "./evaluate.ts";
import { FootprintNotes } from "./footprint.ts";
import { Inseparable } from "./inseparable.ts";
import { mayBe, range, union, type Values } from "./values.ts";

/** How a list of statements may end; a step that blocks or fails leads nowhere. */
type Ending =
  | { readonly kind: "on" | "break"; readonly place: Place }
  | { readonly kind: "goto"; readonly node: string; readonly place: Place };

/** Elements that are not simply forgotten when they are written. */
export interface Remembered {
  /** counters: others may raise them at any time, so what is known is only the least value */
  readonly rising: ReadonlyMap<number, number>;
  /** numbers of instances that are set going: what is written there is theirs */
  readonly given: ReadonlySet<number>;
}

/** Iterations of a loop whose end is not known, at the most. */
const ITERATIONS_MOST = 256;
/** Nodes that a step passes through, at the most. */
const PASSED_MOST = 256;
/** Places of one list of statements, at the most. */
const PLACES_MOST = 4096;

export class Executor {
  readonly notes: FootprintNotes;
  readonly #elements: Elements;
  readonly #evaluator: Evaluator;
  readonly #remembered: Remembered;

  constructor(program: Program, elements: Elements, remembered: Remembered) {
    this.notes = new FootprintNotes(elements.count);
    this.#elements = elements;
    this.#evaluator = new Evaluator(program, elements, this.notes);
    this.#remembered = remembered;
  }

  /** Takes an alternative with every combination of choices. @returns where that may lead */
  take(alternative: Alternative, process: Process, self: number, from: Known): Place[] {
    return combinations(alternative.choices).flatMap((locals) => {
      const place: Place = { process, self, locals, ...from, given: NOTHING };
      return this.#follow(process, self, this.#execute(alternative.body, place));
    });
  }

  /** Goes from node to node to every rest that may be reached. */
  #follow(process: Process, self: number, endings: readonly Ending[]): Place[] {
    const instance = this.#elements.instance(process.name, self);
    const arrived: Place[] = [];
    let left = endings;
    for (let passed = 0; left.length > 0; passed++) {
      if (passed > PASSED_MOST) throw new Inseparable("a step may pass through too many nodes");
      const next: Ending[] = [];
      for (const ending of left) {
        if (ending.kind !== "goto") throw new Error("internal: a path ends without a goto");
        const node = nodeNamed(process, ending.node);
        if (node?.kind === "pass") next.push(...this.#execute(node.body, ending.place));
        else arrived.push(this.#rested(ending.place, instance, ending.node, process));
      }
      left = meeting(next);
    }
    return distinct(arrived);
  }

  #rested(place: Place, instance: number, rest: string, process: Process): Place {
    const idle = process.nodes[0]?.name;
    const before = place.rests.get(instance);
    this.notes.write(this.#elements.stand(instance));
    if (before === undefined || (before === idle) !== (rest === idle)) {
      this.notes.write(this.#elements.idle(instance));
    }
    return { ...place, rests: new Map(place.rests).set(instance, rest) };
  }

  #execute(body: readonly Statement[], from: Place): Ending[] {
    let places: Place[] = [from];
    const endings: Ending[] = [];
    for (const statement of body) {
      const next: Place[] = [];
      for (const place of places) {
        for (const ending of this.#statement(statement, place)) {
          if (ending.kind === "on") next.push(ending.place);
          else endings.push(ending);
        }
      }
      places = distinct(next);
      if (places.length > PLACES_MOST) throw new Inseparable("its steps go too many ways");
    }
    return [...endings, ...places.map((place) => ({ kind: "on", place }) as const)];
  }

  #statement(statement: Statement, place: Place): Ending[] {
    const value = (of: Expression) => this.#evaluator.value(of, place);
    switch (statement.kind) {
      case "local":
        place.locals.set(statement.name, value(statement.value));
        return on(place);
      case "set":
        return this.#set(statement.field, value(statement.at), value(statement.value), place);
      case "if":
        return this.#branch(statement, place);
      case "for":
        return this.#loop(statement, place);
      case "run":
        return this.#run(statement.process, value(statement.instance), statement.node, place);
      case "judge":
        value(statement.applies);
        value(statement.violated);
        return on(place);
      case "cover":
        value(statement.index);
        return on(place);
      case "block":
      case "fail":
        return [];
      default:
        return [{ ...statement, place }];
    }
  }

  #set(field: string, at: Values, written: Values, place: Place): Ending[] {
    const elements = this.#elements.ofField(field, at);
    const fits = written?.filter((value) => value >= 0 && value < this.#elements.size(field));
    const value = fits ?? null;
    if (elements.length === 0 || value?.length === 0) return [];
    for (const element of elements) this.notes.write(element);
    const { rising, given: theirs } = this.#remembered;
    const matter = elements.filter((each) => place.values.has(each) || theirs.has(each));
    if (matter.length === 0) return on(place);
    const values = new Map(place.values);
    const given = new Map(place.given);
    for (const element of matter) {
      const known = values.get(element);
      const size = rising.get(element);
      if (size !== undefined && known !== undefined) {
        const least = Math.min(value?.[0] ?? 0, elements.length > 1 ? (known?.[0] ?? 0) : size);
        values.set(element, range(least, size));
      } else if (known !== undefined) {
        values.set(element, elements.length > 1 ? union(known, value) : value);
      }
      if (!theirs.has(element)) continue;
      const before = given.get(element);
      given.set(element, before === undefined ? value : union(before, value));
    }
    return on({ ...place, values, given });
  }

  #branch(
    { condition, then, otherwise }: Extract<Statement, { kind: "if" }>,
    place: Place,
  ): Ending[] {
    const known = this.#evaluator.value(condition, place);
    if (!mayBe(known, false)) return this.#execute(then, narrowed(place, condition, true));
    if (!mayBe(known, true)) return this.#execute(otherwise, narrowed(place, condition, false));
    const other = narrowed(copyOf(place), condition, false);
    return [
      ...this.#execute(then, narrowed(place, condition, true)),
      ...this.#execute(otherwise, other),
    ];
  }

  #loop(statement: Extract<Statement, { kind: "for" }>, place: Place): Ending[] {
    const from = this.#evaluator.value(statement.from, place);
    const to = this.#evaluator.value(statement.to, place);
    if (from === null || to === null) throw new Inseparable("nobody knows how often it repeats");
    const endings: Ending[] = [];
    const pairs = from.flatMap((first) => to.map((end) => ({ first, end: Math.max(first, end) })));
    const some = pairs.filter(({ first, end }) => first < end);
    if (some.length < pairs.length) endings.push({ kind: "on", place: copyOf(place) });
    for (const { first, end } of some) {
      if (end - first > ITERATIONS_MOST) throw new Inseparable("it may repeat too often");
      let places = [some.length > 1 ? copyOf(place) : place];
      for (let index = first; index < end; index++) {
        const next: Place[] = [];
        for (const each of places) {
          each.locals.set(statement.local, [index]);
          for (const ending of this.#execute(statement.body, each)) {
            if (ending.kind === "on") next.push(ending.place);
            else endings.push(ending.kind === "break" ? { ...ending, kind: "on" } : ending);
          }
        }
        places = distinct(next);
      }
      endings.push(...places.map((each) => ({ kind: "on", place: each }) as const));
    }
    return endings;
  }

  #run(name: string, at: Values, node: string, place: Place): Ending[] {
    const process = this.#evaluator.process(name);
    const first = this.#elements.instance(name, 0);
    const { locals, self } = place;
    const arrived = this.#elements.ofProcess(process, at).flatMap((instance) => {
      const begun = { ...place, process, self: instance - first, locals: new Map() };
      return this.#follow(process, instance - first, [{ kind: "goto", node, place: begun }]);
    });
    return distinct(arrived).map((each) => ({
      kind: "on",
      place: { ...each, process: place.process, self, locals: new Map(locals) },
    }));
  }
}

/** What is known before a step. */
export type Known = Pick<Place, "rests" | "values">;

const NOTHING: ReadonlyMap<number, Values> = new Map();

function on(place: Place): Ending[] {
  return [{ kind: "on", place }];
}

/** For another way to go: the locals of a place change as one goes on from it. */
function copyOf(place: Place): Place {
  return { ...place, locals: new Map(place.locals) };
}

/** Notes what is known of a local after it was compared with something known. */
function narrowed(place: Place, condition: Expression, truth: boolean): Place {
  if (condition.kind === "not") return narrowed(place, condition.of, !truth);
  if (condition.kind !== "binary") return place;
  const { operator, left, right } = condition;
  if (operator === "and" && truth) {
    return narrowed(narrowed(place, left, true), right, true);
  }
  const equal = operator === "==" || operator === "!=";
  if (!equal || left.kind !== "local" || right.kind !== "constant") return place;
  const values = place.locals.get(left.name);
  if (values === undefined || values === null) return place;
  const same = (operator === "==") === truth;
  const kept = values.filter((value) => (value === right.value) === same);
  place.locals.set(left.name, kept);
  return place;
}

function combinations(choices: Alternative["choices"]): Map<string, Values>[] {
  let all: Map<string, Values>[] = [new Map()];
  for (const { local, count } of choices) {
    all = all.flatMap((known) =>
      Array.from({ length: count }, (_, value) => new Map(known).set(local, [value])),
    );
  }
  return all;
}

/** Paths that go on at the same node become one, if their places do. */
function meeting(endings: readonly Ending[]): Ending[] {
  if (endings.length < 2) return [...endings];
  const byNode = new Map<string, Ending[]>();
  for (const ending of endings) {
    const node = ending.kind === "goto" ? ending.node : "";
    byNode.set(node, [...(byNode.get(node) ?? []), ending]);
  }
  return [...byNode.values()].flatMap((those) => {
    const [first] = those;
    const places = distinct(those.map(({ place }) => place));
    return first === undefined ? [] : places.map((place) => ({ ...first, place }));
  });
}

/** Places that differ only in their locals become one, in which less is known of those. */
function distinct(places: readonly Place[]): Place[] {
  if (places.length < 2) return [...places];
  const merged = new Map<string, Place>();
  for (const place of places) {
    const key = keyOf(place);
    const other = merged.get(key);
    merged.set(key, other === undefined ? place : withBoth(other, place));
  }
  return [...merged.values()];
}

function withBoth(one: Place, other: Place): Place {
  if (one.locals === other.locals) return one;
  const locals = new Map<string, Values>();
  for (const [name, values] of one.locals) {
    const others = other.locals.get(name);
    if (others === undefined) continue;
    locals.set(name, values === others ? values : union(values, others));
  }
  return { ...one, locals };
}

function keyOf({ self, rests, values, given }: Place): string {
  return `${self}|${textOf(rests)}|${textOf(values)}|${textOf(given)}`;
}

const texts = new WeakMap<ReadonlyMap<number, unknown>, string>();

/** What is known, as text; such maps never change. */
function textOf(known: ReadonlyMap<number, unknown>): string {
  const written = texts.get(known);
  if (written !== undefined) return written;
  const text = [...known].map(([key, value]) => `${key}=${value}`).join(";");
  texts.set(known, text);
  return text;
}
