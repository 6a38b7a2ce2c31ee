/**
 * JavaScript for the statements of programs.
 *
 * The code is written in the order in which it runs, and what is known of the locals goes along:
 * a condition that is decided becomes no code, nor does what comes after the end of a path. A
 * passing node is written out where it is gone to, unless it is large or leads back to itself.
 */
import { nodeNamed, restNumber } from "../program/nodes.ts";
import { outOfBounds } from "../program/out-of-bounds.ts";
import type { Process, Statement } from "../program/program.ts";
import { localsSet, statementsIn } from "../program/walk.ts";
import { flipElement, writeElement } from "./elements.ts";
import { Expressions, wordName } from "./expression.ts";
import { type Flow, type Frame, meet } from "./frame.ts";
import type { FunctionText } from "./function-text.ts";
import { known, type Unit } from "./unit.ts";
import { anything, constant, constantOf, type Value } from "./value.ts";

/** Loops up to this many statements and operators are written out. */
const UNROLL_MOST = 200;

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

export class Statements {
  readonly #unit: Unit;
  readonly #text: FunctionText;
  readonly expressions: Expressions;
  /** of the loops around the statement: label, and what holds where each `break` leaves it */
  readonly #loops: { label: string; left: Flow | null }[] = [];

  constructor(unit: Unit, text: FunctionText) {
    this.#unit = unit;
    this.#text = text;
    this.expressions = new Expressions(unit, text);
  }

  /** @returns whether the end of the body can be reached */
  write(body: readonly Statement[], frame: Frame): boolean {
    return body.every((statement) => this.#statement(statement, frame));
  }

  /** Gives a local a value; from then on it is known. */
  assign(name: string, value: Value, frame: Frame): void {
    const variable = this.#declare(name, frame);
    if (value.code !== variable) this.#text.add(`${variable} = ${value.code};`);
    const stored = constantOf(value) === null ? { ...value, code: variable } : value;
    const locals = new Map(frame.flow.locals).set(name, stored);
    frame.flow = { ...frame.flow, locals };
  }

  #declare(name: string, frame: Frame): string {
    const variable = frame.variables.get(name) ?? this.#text.variable();
    frame.variables.set(name, variable);
    return variable;
  }

  #statement(statement: Statement, frame: Frame): boolean {
    switch (statement.kind) {
      case "local":
        this.assign(statement.name, this.expressions.value(statement.value, frame), frame);
        return true;
      case "set":
        return this.#set(statement, frame);
      case "if":
        return this.#if(statement, frame);
      case "for":
        return this.#for(statement, frame);
      case "run":
        this.#run(statement, frame);
        return true;
      case "judge":
        this.#judge(statement, frame);
        return true;
      case "cover":
        this.#cover(statement, frame);
        return true;
      case "break":
        return this.#break(frame);
      case "goto":
        this.#goto(statement.node, frame);
        return false;
      case "block":
        this.#unit.blocksLate ||= frame.flow.noticed && !this.#unit.deferred;
        this.#text.add(frame.blocked);
        return false;
      case "fail":
        this.#fail(statement.message, frame);
        return false;
    }
  }

  #fail(message: string, frame: Frame): void {
    const commit = this.#unit.deferred ? "commit(); " : "";
    this.#text.add(`${commit}fail(${this.#unit.failure(message)});`, frame.blocked);
  }

  #set({ field: name, at, value }: Of<"set">, frame: Frame): boolean {
    const field = this.#unit.field(name);
    const array = known(this.#unit.layout.fields.get(name), name);
    const index = this.expressions.stable(this.expressions.value(at, frame));
    const given = this.expressions.value(value, frame);
    const stored = maybeStable(given, field.size, this.expressions);
    const checks = [beyond(index, field.count), beyond(stored, field.size)];
    if (checks.includes(true)) {
      this.#fail(outOfBounds(frame.process?.name ?? "nobody", field), frame);
      return false;
    }
    const tests = checks.filter((check) => typeof check === "string");
    if (tests.length > 0) {
      this.#text.add(`if (${tests.join(" || ")}) {`);
      this.#fail(outOfBounds(frame.process?.name ?? "nobody", field), frame);
      this.#text.add("}");
    }
    const [place, fitting] = [clamped(index, field.count), clamped(stored, field.size)];
    this.#text.add(writeElement(array, place, fitting, wordName));
    return true;
  }

  #if({ condition, then, otherwise }: Of<"if">, frame: Frame): boolean {
    const test = this.expressions.test(condition, frame);
    if (typeof test === "boolean") return this.write(test ? then : otherwise, frame);
    const before = frame.flow;
    this.#text.add(`if (${test}) {`);
    const left = this.write(then, frame) ? frame.flow : null;
    frame.flow = before;
    if (otherwise.length > 0) this.#text.add("} else {");
    const right = this.write(otherwise, frame) ? frame.flow : null;
    this.#text.add("}");
    const after = meet(left, right, frame.variables);
    if (after !== null) frame.flow = after;
    return after !== null;
  }

  #for(statement: Of<"for">, frame: Frame): boolean {
    const from = this.expressions.value(statement.from, frame);
    const to = this.expressions.value(statement.to, frame);
    const [first, end] = [constantOf(from), constantOf(to)];
    const process = frame.process?.name ?? null;
    const size = this.#unit.sizes.of(statement.body, process) + 1;
    const loop = { label: this.#text.label(), left: null as Flow | null };
    this.#loops.push(loop);
    this.#text.add(`${loop.label}: {`);
    let on: boolean;
    if (first !== null && end !== null && (end - first) * size <= UNROLL_MOST) {
      on = this.#unrolled(statement, first, end, frame);
    } else {
      this.#counted(statement, from, to, frame);
      on = true;
    }
    this.#text.add("}");
    this.#loops.pop();
    const after = meet(on ? frame.flow : null, loop.left, frame.variables);
    if (after !== null) frame.flow = after;
    return after !== null;
  }

  #unrolled({ local, body }: Of<"for">, first: number, end: number, frame: Frame): boolean {
    for (let index = first; index < end; index++) {
      this.assign(local, constant(index), frame);
      if (!this.write(body, frame)) return false;
    }
    return true;
  }

  #counted({ local, body }: Of<"for">, from: Value, to: Value, frame: Frame): void {
    const [counter, end] = [this.#text.variable(), this.#text.variable()];
    for (const name of localsSet(body)) this.#declare(name, frame);
    const noticed = frame.flow.noticed || statementsIn(body).some(notices);
    frame.flow = { locals: forgotten(frame, localsSet(body)), noticed };
    this.#text.add(`for (${counter} = ${from.code}, ${end} = ${to.code};`);
    this.#text.add(`${counter} < ${end}; ${counter}++) {`);
    const before = frame.flow;
    this.assign(local, { code: counter, low: from.low, high: to.high - 1 }, frame);
    this.write(body, frame);
    this.#text.add("}");
    frame.flow = { ...before, locals: forgotten(frame, [...localsSet(body), local]) };
  }

  #break(frame: Frame): boolean {
    const loop = known(this.#loops.at(-1), "a loop to break");
    loop.left = meet(loop.left, frame.flow, frame.variables);
    this.#text.add(`break ${loop.label};`);
    return false;
  }

  /** Writes the way from here to the next rest. */
  #goto(name: string, frame: Frame): void {
    const process = known(frame.process ?? undefined, "a process to go on");
    const node = nodeNamed(process, name);
    if (node?.kind !== "pass") {
      this.#rest(process, name, frame);
    } else if (this.#unit.sizes.inlines(process, name)) {
      const loops = this.#loops.splice(0);
      this.write(node.body, frame);
      this.#loops.push(...loops);
    } else {
      this.#text.add(...frame.passed(this.#call(process, name, frame.self, frame)));
    }
  }

  #rest(process: Process, name: string, frame: Frame): void {
    const array = known(this.#unit.layout.rests.get(process.name), process.name);
    const rest = restNumber(process, name);
    const written =
      frame.leaves === null
        ? writeElement(array, frame.self, constant(rest), wordName)
        : flipElement(array, frame.self, frame.leaves ^ rest, wordName);
    this.#text.add(written, ...frame.rested());
  }

  /** The call of a passing node's function. */
  #call(process: Process, node: string, self: Value, frame: Frame | null): string {
    const pass = this.#unit.pass(process, node);
    const locals = pass.locals.map((name) => {
      const variable = frame?.variables.get(name);
      return frame?.flow.locals.get(name)?.code ?? variable ?? "0";
    });
    return `${pass.name}(${[self.code, ...locals].join(", ")})`;
  }

  #run({ process: name, instance, node }: Of<"run">, frame: Frame): void {
    const process = this.#unit.process(name);
    const self = this.expressions.stable(this.expressions.value(instance, frame));
    if (!this.#unit.sizes.inlines(process, node)) {
      const call = this.#call(process, node, self, null);
      this.#text.add(...keepWords(this.#unit), `if (!${call}) { ${frame.blocked} }`);
      this.#text.add(...takeWords(this.#unit));
      frame.flow = { ...frame.flow, noticed: true };
      return;
    }
    const label = this.#text.label();
    let noticed = frame.flow.noticed;
    const inner: Frame = {
      process,
      self,
      leaves: null,
      variables: new Map(),
      blocked: frame.blocked,
      rested: () => {
        noticed ||= inner.flow.noticed;
        return [`break ${label};`];
      },
      passed: (call) => {
        noticed = true;
        const refused = `if (!${call}) { ${frame.blocked} }`;
        return [...keepWords(this.#unit), refused, ...takeWords(this.#unit), `break ${label};`];
      },
      flow: { locals: new Map(), noticed },
    };
    this.#text.add(`${label}: {`);
    this.#goto(node, inner);
    this.#text.add("}");
    frame.flow = { ...frame.flow, noticed };
  }

  #judge({ property, applies, violated }: Of<"judge">, frame: Frame): void {
    const test = this.expressions.test(applies, frame);
    if (test === false) return;
    const number = this.#unit.property(property);
    const broken = this.expressions.test(violated, frame);
    const deferred = this.#unit.deferred;
    const judged = deferred ? `note(${number * 4 + 1});` : `judged[${number}]++;`;
    const violate = deferred ? `note(${number * 4 + 2});` : `violate(${number});`;
    if (test !== true) this.#text.add(`if (${test}) {`);
    this.#text.add(judged);
    if (broken !== false) this.#text.add(broken === true ? violate : `if (${broken}) ${violate}`);
    if (test !== true) this.#text.add("}");
    frame.flow = { ...frame.flow, noticed: true };
  }

  #cover({ index }: Of<"cover">, frame: Frame): void {
    if (!this.#unit.coverage) return;
    const { code } = this.expressions.value(index, frame);
    this.#text.add(this.#unit.deferred ? `note(${code} * 4);` : `covered[${code}] = 1;`);
    frame.flow = { ...frame.flow, noticed: true };
  }
}

/** Hands the words to another function. */
export function keepWords({ layout }: Unit): string[] {
  return Array.from({ length: layout.words }, (_, word) => `m${word} = s${word};`);
}

/** Takes the words back from another function. */
export function takeWords({ layout }: Unit): string[] {
  return Array.from({ length: layout.words }, (_, word) => `s${word} = m${word};`);
}

function notices({ kind }: Statement): boolean {
  return kind === "judge" || kind === "cover" || kind === "run" || kind === "goto";
}

/** The locals, those that may change known by their variables only. */
function forgotten(frame: Frame, changed: readonly string[]): Map<string, Value> {
  const locals = new Map(frame.flow.locals);
  for (const name of changed) {
    const variable = frame.variables.get(name);
    if (variable === undefined) locals.delete(name);
    else locals.set(name, anything(variable));
  }
  return locals;
}

/** A test for being outside [0, end), or whether that is known. */
function beyond(value: Value, end: number): string | boolean {
  if (value.low >= 0 && value.high < end) return false;
  if (value.high < 0 || value.low >= end) return true;
  return value.low >= 0 ? `${value.code} >= ${end}` : `${value.code} >>> 0 >= ${end}`;
}

function maybeStable(value: Value, end: number, expressions: Expressions): Value {
  return typeof beyond(value, end) === "string" ? expressions.stable(value) : value;
}

function clamped(value: Value, end: number): Value {
  const [low, high] = [Math.max(0, value.low), Math.min(end - 1, value.high)];
  return low === high ? constant(low) : { ...value, low, high };
}
