/**
 * Random small programs, read off a tape of numbers so that fast-check can shrink them.
 *
 * They stay inside what programs promise (indices of reads exist, passing comes to an end, nobody
 * runs who is being run) and are wild otherwise: they leave their bounds, block after they judged,
 * run each other, and have fields that fill words to the last bit.
 */
import fc from "fast-check";
import {
  binary,
  block,
  cover,
  field,
  goto,
  judge,
  leave,
  local,
  loop,
  not,
  run,
  set,
  stands,
  table,
  when,
} from "../../../src/check/program/build.ts";
import type {
  Alternative,
  BinaryOperator,
  Expression,
  Field,
  Node,
  Process,
  Program,
  Statement,
} from "../../../src/check/program/program.ts";

const OPERATORS: readonly BinaryOperator[] = ["+", "-", "*", "/", "%", "&", "|", "<", ">"];

export const anyProgram: fc.Arbitrary<Program> = fc
  .array(fc.nat(0xffff), { minLength: 40, maxLength: 400 })
  .map((tape) => new Maker(tape).program());

class Maker {
  readonly #tape: readonly number[];
  #at = 0;
  #fields: Field[] = [];
  #processes = 0;
  #instances: number[] = [];
  #locals = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** A number in [0, below). */
  #draw(below: number): number {
    return (this.#tape[this.#at++ % this.#tape.length] ?? 0) % below;
  }

  #pick<Thing>(things: readonly Thing[], otherwise: Thing): Thing {
    return things[this.#draw(Math.max(1, things.length))] ?? otherwise;
  }

  program(): Program {
    this.#fields = Array.from({ length: 1 + this.#draw(5) }, (_, index) => this.#field(index));
    this.#processes = 1 + this.#draw(2);
    this.#instances = Array.from({ length: this.#processes }, () => 1 + this.#draw(3));
    return {
      name: "random",
      fields: this.#fields,
      tables: { small: [3, 1, 2, 0], wild: [-5, 70_000, 2, 300, 1] },
      processes: this.#instances.map((count, index) => this.#process(index, count)),
      properties: [
        { name: "first", promise: "always" },
        { name: "second", promise: "sometimes" },
      ],
      everyState: [
        local("seen", this.#expression([], 2)),
        loop("each", 0, 2, [this.#judge(["seen", "each"])]),
      ],
      liveness: [],
      symmetries: [],
      coverage: Array.from({ length: 4 }, (_, index) => ({
        chart: "chart",
        state: `${index}`,
        event: "EVENT",
      })),
      final: this.#expression([], 2),
    };
  }

  #field(index: number): Field {
    const size = this.#pick([2, 3, 1, 4, 5, 8, 16, 17, 2000, 2 ** 20, 2 ** 31], 2);
    const count = 1 + this.#draw(5);
    const initial = Array.from({ length: this.#draw(count + 1) }, () => this.#draw(size));
    return { name: `f${index}`, size, count, initial, values: null };
  }

  #process(index: number, instances: number): Process {
    const rests = 1 + this.#draw(3);
    const names = Array.from({ length: rests }, (_, rest) => `rest${rest}`);
    const nodes = names.map((name): Node => {
      const alternatives = Array.from({ length: this.#draw(3) }, (_, alternative) =>
        this.#alternative(`way${alternative}`, index, [...names, "pass", "spin"]),
      );
      return { kind: "rest", name, alternatives };
    });
    const pass = this.#ending(this.#body([], index, 2), names);
    const again = binary("turns", "<", 1 + this.#draw(3));
    const spin = [
      local("turns", binary("turns", "+", 1)),
      ...this.#body(["turns"], index, 1),
      when(again, [goto("spin")]),
      ...this.#ending([], [...names, "pass"]),
    ];
    return {
      name: `p${index}`,
      instances,
      nodes: [
        ...nodes,
        { kind: "pass", name: "pass", body: pass },
        { kind: "pass", name: "spin", body: spin },
      ],
    };
  }

  #alternative(name: string, process: number, targets: readonly string[]): Alternative {
    const choices = Array.from({ length: this.#draw(3) }, (_, index) => ({
      local: `c${index}`,
      count: 1 + this.#draw(3),
    }));
    const locals = ["turns", ...choices.map((choice) => choice.local)];
    const body = this.#body(locals, process, 3);
    return {
      name,
      text: `${name} of {self}`,
      choices,
      fair: true,
      body: [local("turns", 0), ...this.#ending(body, targets)],
    };
  }

  #ending(body: readonly Statement[], targets: readonly string[]): Statement[] {
    const end = this.#draw(20);
    if (end === 0) return [...body, block];
    if (end === 1) return [...body, { kind: "fail", message: "enough" }];
    return [...body, goto(this.#pick(targets, "rest0"))];
  }

  /** @param known locals that are set; those the body sets are visible in it only */
  #body(known: readonly string[], process: number, depth: number, looped = false): Statement[] {
    const locals = [...known];
    return Array.from({ length: 1 + this.#draw(4) }, () => {
      const statement = this.#statement(locals, process, depth, looped);
      if (statement.kind === "local") locals.push(statement.name);
      return statement;
    });
  }

  #statement(
    locals: readonly string[],
    process: number,
    depth: number,
    looped: boolean,
  ): Statement {
    switch (this.#draw(12)) {
      case 0:
        return this.#judge(locals);
      case 1:
        return cover(binary(this.#expression(locals, 1), "%", 4));
      case 2:
        return when(binary(this.#expression(locals, 1), "==", this.#draw(4)), [block]);
      case 3:
        return depth === 0 ? this.#set(locals) : this.#loop(locals, process, depth);
      case 4:
      case 5:
        return depth === 0
          ? this.#set(locals)
          : when(
              this.#expression(locals, 2),
              this.#body(locals, process, depth - 1, looped),
              this.#draw(2) === 0 ? [] : this.#body(locals, process, depth - 1, looped),
            );
      case 6:
        if (process !== 0 || this.#processes === 1) return this.#set(locals);
        return run("p1", this.#index(locals, this.#instances[1] ?? 1), this.#pick(["pass"], ""));
      case 7:
        return looped ? when(this.#expression(locals, 1), [leave]) : this.#set(locals);
      case 8:
      case 9:
        return local(this.#name(locals), this.#expression(locals, 2));
      default:
        return this.#set(locals);
    }
  }

  /** Sometimes one that is set already. */
  #name(locals: readonly string[]): string {
    const settable = locals.filter((name) => name.startsWith("l"));
    return this.#draw(3) === 0 ? this.#pick(settable, `l${this.#locals}`) : `l${this.#locals++}`;
  }

  #loop(locals: readonly string[], process: number, depth: number): Statement {
    const name = `i${this.#locals++}`;
    const to = this.#draw(3) === 0 ? this.#draw(4) : binary(this.#expression(locals, 1), "%", 4);
    return loop(name, this.#draw(2), to, this.#body([...locals, name], process, depth - 1, true));
  }

  /** Mostly within bounds. */
  #set(locals: readonly string[]): Statement {
    const { name, size, count } = this.#anyField();
    const value = this.#expression(locals, 2);
    const fits = size > 2 ** 30 ? binary(value, "&", 2 ** 31 - 1) : binary(value, "%", size);
    const at = this.#draw(12) === 0 ? this.#expression(locals, 1) : this.#index(locals, count);
    return set(name, at, this.#draw(12) === 0 ? value : fits);
  }

  #judge(locals: readonly string[]): Statement {
    const applies = this.#expression(locals, 1);
    return judge(this.#pick(["first", "second"], ""), applies, this.#expression(locals, 1));
  }

  #anyField(): Field {
    const [first] = this.#fields;
    if (first === undefined) throw new Error("a program without fields");
    return this.#pick(this.#fields, first);
  }

  #index(locals: readonly string[], count: number): Expression {
    return binary(this.#expression(locals, 1), "%", count);
  }

  #expression(locals: readonly string[], depth: number): Expression {
    const constant: Expression = { kind: "constant", value: this.#draw(5) - 1 };
    const name = this.#pick(locals, "");
    if (depth === 0) return name === "" ? constant : { kind: "local", name };
    const { name: of, count } = this.#anyField();
    const part = () => this.#expression(locals, depth - 1);
    switch (this.#draw(12)) {
      case 0:
        return not(part());
      case 1:
        return table(this.#pick(["small", "wild"], ""), binary(part(), "%", 4));
      case 2:
      case 3:
      case 4:
        return field(of, this.#index(locals.slice(0, depth), count));
      case 5: {
        const process = this.#draw(this.#processes);
        const instance = binary(part(), "%", this.#instances[process] ?? 1);
        return stands(`p${process}`, instance, "rest0");
      }
      case 6:
        return binary(part(), this.#pick<BinaryOperator>(["and", "or", "==", "!="], "and"), part());
      case 7:
        return binary(part(), this.#pick<BinaryOperator>(["<<", ">>", "<=", ">="], "<<"), part());
      case 8:
      case 9:
        return binary(part(), this.#pick(OPERATORS, "+"), part());
      default:
        return constant;
    }
  }
}
