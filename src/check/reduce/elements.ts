/**
 * Everything that a step can read or write, numbered: the elements of all fields, and for every
 * instance of a process whether it is idle, and where it stands.
 *
 * Whether an instance is idle is told apart from where it stands, because much waits for an
 * instance to be done, and little cares for what it does meanwhile.
 */
import type { Process, Program } from "../program/program.ts";
import { range, type Values } from "./values.ts";

export class Elements {
  readonly count: number;
  /** number of the first instance of a process, all instances of all processes counted */
  readonly firstInstance = new Map<string, number>();
  readonly instances: number;
  readonly #fields = new Map<string, { first: number; count: number; all: Values; size: number }>();
  readonly #idle: number;

  constructor({ fields, processes }: Pick<Program, "fields" | "processes">) {
    let next = 0;
    for (const { name, count, size } of fields) {
      this.#fields.set(name, { first: next, count, size, all: range(0, size) });
      next += count;
    }
    let instance = 0;
    for (const { name, instances } of processes) {
      this.firstInstance.set(name, instance);
      instance += instances;
    }
    this.#idle = next;
    this.instances = instance;
    this.count = next + 2 * instance;
  }

  /** Elements of a field that an index may mean; indices outside mean none. */
  ofField(name: string, at: Values): number[] {
    const { first, count } = this.#field(name);
    return within(at, count).map((index) => first + index);
  }

  /** What an element of a field may be if nothing is known. */
  anyOf(name: string): Values {
    return this.#field(name).all;
  }

  size(name: string): number {
    return this.#field(name).size;
  }

  /** Numbers of the instances of a process that an index may mean. */
  ofProcess({ name, instances }: Process, at: Values): number[] {
    const first = this.instance(name, 0);
    return within(at, instances).map((index) => first + index);
  }

  instance(process: string, index: number): number {
    return (this.firstInstance.get(process) ?? 0) + index;
  }

  /** The element that says whether an instance is idle. */
  idle(instance: number): number {
    return this.#idle + instance;
  }

  /** The element that says where it stands. */
  stand(instance: number): number {
    return this.#idle + this.instances + instance;
  }

  #field(name: string) {
    const field = this.#fields.get(name);
    if (field === undefined) throw new Error(`internal: there is no field ${name}`);
    return field;
  }
}

function within(at: Values, count: number): readonly number[] {
  if (at === null) return Array.from({ length: count }, (_, index) => index);
  return at.filter((index) => index >= 0 && index < count);
}
