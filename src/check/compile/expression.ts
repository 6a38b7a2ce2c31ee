/**
 * JavaScript for the expressions of programs.
 *
 * An expression is written as a number or as a test, whichever the place wants: a comparison that
 * decides an `if` never becomes 0 or 1 first.
 */
import type { PackedArray } from "../layout.ts";
import { restNumber } from "../program/nodes.ts";
import type { Expression } from "../program/program.ts";
import { readElement } from "./elements.ts";
import type { Frame } from "./frame.ts";
import type { FunctionText } from "./function-text.ts";
import { arithmetic, compare, isTrue, truth } from "./operators.ts";
import { known, type Unit } from "./unit.ts";
import { anything, constant, constantOf, ranged, type Value } from "./value.ts";

/** Variable of a word of the state that is being changed. */
export function wordName(word: number): string {
  return `s${word}`;
}

export class Expressions {
  readonly #unit: Unit;
  readonly #text: FunctionText;

  constructor(unit: Unit, text: FunctionText) {
    this.#unit = unit;
    this.#text = text;
  }

  /** The expression as a number. */
  value(expression: Expression, frame: Frame): Value {
    switch (expression.kind) {
      case "constant":
        return constant(expression.value);
      case "local":
        return this.#local(expression.name, frame);
      case "field": {
        const array = known(this.#unit.layout.fields.get(expression.field), expression.field);
        return this.#element(array, this.value(expression.at, frame));
      }
      case "table":
        return this.#entry(expression.table, this.value(expression.at, frame));
      case "binary":
        if (isNumber(expression.operator)) {
          const left = this.value(expression.left, frame);
          return arithmetic(expression.operator, left, this.value(expression.right, frame));
        }
        return truth(this.test(expression, frame));
      default:
        return truth(this.test(expression, frame));
    }
  }

  /** Whether the expression is not 0, as a JavaScript condition that binds at least like `&&`. */
  test(expression: Expression, frame: Frame): string | boolean {
    if (expression.kind === "not") {
      const test = this.test(expression.of, frame);
      return typeof test === "boolean" ? !test : `!(${test})`;
    }
    if (expression.kind === "stands") return this.#stands(expression, frame);
    if (expression.kind !== "binary" || isNumber(expression.operator)) {
      return isTrue(this.value(expression, frame));
    }
    const { operator } = expression;
    if (operator === "and" || operator === "or") {
      const stop = operator === "or";
      const left = this.test(expression.left, frame);
      if (left === stop) return stop;
      const right = this.test(expression.right, frame);
      if (left === !stop) return right;
      if (typeof right === "boolean") return right === stop ? stop : left;
      return `(${left} ${stop ? "||" : "&&"} ${right})`;
    }
    const left = this.value(expression.left, frame);
    return compare(operator, left, this.value(expression.right, frame));
  }

  /** The value in a form that may be used twice. */
  stable(value: Value): Value {
    if (constantOf(value) !== null || /^\w+$/.test(value.code)) return value;
    const variable = this.#text.variable();
    this.#text.add(`${variable} = ${value.code};`);
    return { ...value, code: variable };
  }

  #local(name: string, frame: Frame): Value {
    if (name === "self") return frame.self;
    const value = frame.flow.locals.get(name);
    if (value !== undefined) return value;
    return anything(known(frame.variables.get(name), `local ${name}`));
  }

  #stands(
    { process, instance, node }: Extract<Expression, { kind: "stands" }>,
    frame: Frame,
  ): string | boolean {
    const array = known(this.#unit.layout.rests.get(process), process);
    const rest = restNumber(this.#unit.process(process), node);
    return compare("==", this.#element(array, this.value(instance, frame)), constant(rest));
  }

  #element(array: PackedArray, at: Value): Value {
    const [index, before] = this.#inPlace(array.segments.length > 1, at);
    const value = readElement(array, index, wordName);
    return before === "" ? value : { ...value, code: `(${before}, ${value.code})` };
  }

  /** Like `stable`, within an expression. */
  #inPlace(needed: boolean, at: Value): [Value, string] {
    if (!needed || constantOf(at) !== null || /^\w+$/.test(at.code)) return [at, ""];
    const variable = this.#text.variable();
    return [{ ...at, code: variable }, `${variable} = ${at.code}`];
  }

  #entry(name: string, at: Value): Value {
    const index = constantOf(at);
    if (index !== null) return constant(this.#unit.program.tables[name]?.[index] ?? 0);
    const [low, high] = this.#unit.entryRange(name, at.low, at.high);
    if (low === high) return constant(low);
    return ranged(`${this.#unit.table(name)}[${at.code}]`, low, high);
  }
}

function isNumber(operator: Extract<Expression, { kind: "binary" }>["operator"]): boolean {
  return ["+", "-", "*", "/", "%", "&", "|", "<<", ">>"].includes(operator);
}
