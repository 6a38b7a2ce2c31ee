/**
 * What an expression may be worth where only a part of the state is known, and what it reads.
 */
import { calculate } from "../program/calculate.ts";
import type { BinaryOperator, Expression, Process, Program } from "../program/program.ts";
import type { Elements } from "./elements.ts";
import type { FootprintNotes } from "./footprint.ts";
import { EITHER, mayBe, PAIRS_MOST, union, type Values, valuesOf } from "./values.ts";

/** Somewhere in a step: who executes, and what is known there. Only its locals ever change. */
export interface Place {
  readonly process: Process;
  readonly self: number;
  readonly locals: Map<string, Values>;
  /** where instances stand, by instance number; others may stand anywhere */
  readonly rests: ReadonlyMap<number, string>;
  /** what elements of fields may be, by element; others may be anything */
  readonly values: ReadonlyMap<number, Values>;
  /** what was written for instances that are set going, by element */
  readonly given: ReadonlyMap<number, Values>;
}

/** What an expression last came to; the same lists of values come again and again. */
interface Calculation {
  readonly left: Values;
  readonly right: Values;
  readonly result: Values;
}

type Binary = Extract<Expression, { kind: "binary" }>;

export class Evaluator {
  readonly #program: Program;
  readonly #elements: Elements;
  readonly #notes: FootprintNotes;
  readonly #processes: ReadonlyMap<string, Process>;
  readonly #latest = new Map<Expression, Calculation>();

  constructor(program: Program, elements: Elements, notes: FootprintNotes) {
    this.#program = program;
    this.#elements = elements;
    this.#notes = notes;
    this.#processes = new Map(program.processes.map((process) => [process.name, process]));
  }

  process(name: string): Process {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`internal: there is no process ${name}`);
    return process;
  }

  /** @param place everything that it reads is noted, whether known or not */
  value(expression: Expression, place: Place): Values {
    switch (expression.kind) {
      case "constant":
        return this.#once(expression, null, null, () => [expression.value]);
      case "local":
        if (expression.name === "self") return [place.self];
        return place.locals.get(expression.name) ?? null;
      case "field":
        return this.#field(expression.field, this.value(expression.at, place), place);
      case "table": {
        const at = this.value(expression.at, place);
        return this.#once(expression, at, null, () => {
          const values = this.#program.tables[expression.table] ?? [];
          return valuesOf(at === null ? values : at.flatMap((index) => values[index] ?? []));
        });
      }
      case "not": {
        const of = this.value(expression.of, place);
        return valuesOf([...(mayBe(of, false) ? [1] : []), ...(mayBe(of, true) ? [0] : [])]);
      }
      case "stands":
        return this.#stands(expression, place);
      case "binary":
        return this.#binary(expression, place);
    }
  }

  #field(name: string, at: Values, { values }: Place): Values {
    const anything = this.#elements.anyOf(name);
    let all: Values | undefined;
    for (const element of this.#elements.ofField(name, at)) {
      this.#notes.read(element);
      const known = values.get(element) ?? anything;
      if (all === undefined) all = known;
      else if (all !== known) all = union(all, known);
    }
    return all === undefined ? [] : all;
  }

  /** Calculates something unless it was calculated from the very same values the last time. */
  #once(of: Expression, left: Values, right: Values, calculated: () => Values): Values {
    const latest = this.#latest.get(of);
    if (latest?.left === left && latest.right === right) return latest.result;
    const result = calculated();
    this.#latest.set(of, { left, right, result });
    return result;
  }

  #stands(
    { process: name, instance, node }: Extract<Expression, { kind: "stands" }>,
    place: Place,
  ): Values {
    const process = this.process(name);
    const idle = process.nodes[0]?.name === node;
    const found = new Set<number>();
    for (const each of this.#elements.ofProcess(process, this.value(instance, place))) {
      this.#notes.read(this.#elements.idle(each));
      if (!idle) this.#notes.read(this.#elements.stand(each));
      const rest = place.rests.get(each);
      if (rest === undefined || rest === node) found.add(1);
      if (rest !== node) found.add(0);
    }
    return valuesOf(found);
  }

  #binary(expression: Binary, place: Place): Values {
    const { operator } = expression;
    const left = this.value(expression.left, place);
    if (operator === "and" || operator === "or") return this.#logical(expression, left, place);
    const right = this.value(expression.right, place);
    return this.#once(expression, left, right, () => combined(operator, left, right));
  }

  #logical(expression: Binary, left: Values, place: Place): Values {
    const decided = expression.operator === "or";
    const found = new Set<number>();
    if (mayBe(left, decided)) found.add(decided ? 1 : 0);
    if (mayBe(left, !decided)) {
      const right = this.value(expression.right, place);
      for (const truth of [false, true]) if (mayBe(right, truth)) found.add(truth ? 1 : 0);
    }
    return valuesOf(found);
  }
}

function combined(operator: BinaryOperator, left: Values, right: Values): Values {
  if (left === null || right === null || left.length * right.length > PAIRS_MOST) {
    return ["==", "!=", "<", "<=", ">", ">="].includes(operator) ? EITHER : null;
  }
  return valuesOf(left.flatMap((one) => right.map((other) => calculate(operator, one, other))));
}
