/**
 * What all functions of one compiled program share: names of tables, numbers of properties and
 * failures, and which passing nodes have become functions of their own.
 */
import type { Layout } from "../layout.ts";
import type { Field, Process, Program } from "../program/program.ts";
import type { Reduction } from "../reduce/reduction.ts";
import { Sizes } from "./sizes.ts";

/** A passing node that is a function, because it is large or can be reached from itself. */
export interface PassFunction {
  readonly name: string;
  readonly process: Process;
  readonly node: string;
  /** names of the locals that it is given, in order */
  readonly locals: readonly string[];
}

export interface UnitOptions {
  readonly symmetry: boolean;
  readonly coverage: boolean;
  readonly deferred: boolean;
  /** whether `emit` is told first who took the step; not with symmetry */
  readonly labels: boolean;
  /** whose steps are enough; null: everybody's */
  readonly reduction: Reduction | null;
}

export class Unit {
  readonly program: Program;
  readonly layout: Layout;
  readonly coverage: boolean;
  /** whether what is noticed is written down first, because a step may block afterwards */
  readonly deferred: boolean;
  readonly symmetric: boolean;
  readonly labels: boolean;
  readonly reduction: Reduction | null;
  readonly sizes: Sizes;
  readonly failures: string[] = [];
  /** set when a step blocks after it noticed something: compile again with `deferred` */
  blocksLate = false;
  readonly #tables = new Map<string, string>();
  readonly #ranges = new Map<string, readonly [number, number]>();
  readonly #passes = new Map<string, PassFunction>();
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #processes: ReadonlyMap<string, Process>;
  readonly #properties: ReadonlyMap<string, number>;

  constructor(program: Program, layout: Layout, options: UnitOptions) {
    this.program = program;
    this.layout = layout;
    this.coverage = options.coverage;
    this.deferred = options.deferred;
    this.symmetric = options.symmetry && program.symmetries.length > 0;
    this.labels = options.labels;
    this.reduction = options.reduction;
    this.sizes = new Sizes(program);
    this.#fields = new Map(program.fields.map((field) => [field.name, field]));
    this.#processes = new Map(program.processes.map((process) => [process.name, process]));
    this.#properties = new Map(program.properties.map(({ name }, index) => [name, index]));
  }

  field(name: string): Field {
    return known(this.#fields.get(name), `field ${name}`);
  }

  process(name: string): Process {
    return known(this.#processes.get(name), `process ${name}`);
  }

  /** The number of a process's first instance, all instances of all processes counted. */
  firstInstance(process: Process): number {
    const before = this.program.processes.indexOf(process);
    return this.program.processes
      .slice(0, before)
      .reduce((sum, { instances }) => sum + instances, 0);
  }

  property(name: string): number {
    return known(this.#properties.get(name), `property ${name}`);
  }

  /** Variable that holds a table. */
  table(name: string): string {
    const variable = this.#tables.get(name) ?? `T${this.#tables.size}`;
    this.#tables.set(name, variable);
    return variable;
  }

  /** The least and the greatest entry of a table at places from `first` to `last`. */
  entryRange(name: string, first: number, last: number): readonly [number, number] {
    const key = `${first} ${last} ${name}`;
    const known = this.#ranges.get(key);
    if (known !== undefined) return known;
    const reached = (this.program.tables[name] ?? []).slice(Math.max(0, first), last + 1);
    const range = reached.reduce<readonly [number, number]>(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [reached[0] ?? 0, reached[0] ?? 0],
    );
    this.#ranges.set(key, range);
    return range;
  }

  failure(message: string): number {
    const index = this.failures.indexOf(message);
    return index === -1 ? this.failures.push(message) - 1 : index;
  }

  /** The function of a passing node; whoever asks first causes it to be made. */
  pass(process: Process, node: string): PassFunction {
    const key = `${process.name}\n${node}`;
    const made = this.#passes.get(key);
    if (made !== undefined) return made;
    const locals = this.sizes.localsRead(process, node);
    const pass = { name: `pass${this.#passes.size}`, process, node, locals };
    this.#passes.set(key, pass);
    return pass;
  }

  /** Functions asked for so far; the list grows while they are made. */
  get passes(): readonly PassFunction[] {
    return [...this.#passes.values()];
  }

  /** Declarations of the tables that are read. */
  tableLines(): string[] {
    return [...this.#tables].map(([name, variable]) => {
      const values = this.program.tables[name] ?? [];
      const small = values.every((value) => value >= 0 && value < 256);
      return `const ${variable} = new ${small ? "Uint8Array" : "Int32Array"}([${values}]);`;
    });
  }
}

export function known<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Error(`internal: a program names ${what}, which is not there`);
  return thing;
}
