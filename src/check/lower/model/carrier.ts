/**
 * A process while it is being made: its nodes, and the fields that each of its instances owns.
 */
import { binary, field, loop, set, type Term, term } from "../../program/build.ts";
import type { Alternative, Expression, Field, Node, Statement } from "../../program/program.ts";

/** The rest of an instance that has nothing to do: the first node of every process. */
export const IDLE = "idle";

interface Register {
  readonly size: number;
  readonly stride: number;
  readonly values: readonly string[];
  /** what is kept is the number plus 1 */
  readonly plusOne: boolean;
  /** what is kept is the distance from the number in that register */
  readonly from: string | null;
}

/** Registers that say what a request or a task is at; those of deeper frames have a number. */
const GUIDES: ReadonlySet<string> = new Set([
  "start",
  "end",
  "position",
  "span end",
  "joining",
  "cluster",
]);

export class Carrier {
  readonly process: string;
  readonly instances: number;
  /** rests from which a task can be cancelled, and how it goes on then */
  readonly cancels = new Map<string, readonly Statement[]>();
  /** rests in which a request is queued, and has not entered the graph */
  readonly queues = new Set<string>();
  /** the nodes of the graph that an instance is under way in, by rest; those with charts */
  readonly places = new Map<string, readonly string[]>();
  /** rests that wait for tasks */
  readonly joins = new Set<string>();
  readonly #fields = new Map<string, Register>();
  readonly #nodes = new Map<string, Node | null>();

  constructor(process: string, instances: number) {
    this.process = process;
    this.instances = instances;
  }

  /**
   * Declares a register: `stride` numbers in [0, size) for every instance. Saying it again is fine;
   * the larger size and stride count.
   */
  register(name: string, size: number, stride = 1, values: readonly string[] = []): void {
    const known = this.#fields.get(name);
    this.#fields.set(name, {
      size: Math.max(size, known?.size ?? 1),
      stride: Math.max(stride, known?.stride ?? 1),
      values,
      plusOne: false,
      from: null,
    });
  }

  /**
   * Declares a register that holds a number in [0, count) of something. It is kept plus 1, so that
   * one that is forgotten names nothing.
   */
  numberRegister(name: string, count: number): void {
    this.#fields.set(name, {
      ...{ size: count + 1, stride: 1, values: [] },
      ...{ plusOne: true, from: null },
    });
  }

  /**
   * Declares a register that holds a number in [n, n + size), where n is what the register `from`
   * holds. Their distance is kept, which is the same wherever that is.
   */
  distanceRegister(name: string, from: string, size: number): void {
    this.#fields.set(name, { size, stride: 1, values: [], plusOne: false, from });
  }

  /** The field of a register. */
  fieldOf(name: string): string {
    return `${this.process} ${name}`;
  }

  stride(name: string): number {
    return this.#fields.get(name)?.stride ?? 1;
  }

  read(name: string, at: Term = 0, instance: Term = "self"): Expression {
    const kept = this.kept(name, at, instance);
    const { plusOne = false, from = null } = this.#fields.get(name) ?? {};
    if (from !== null) return add(this.read(from, 0, instance), kept);
    return plusOne ? binary(kept, "-", 1) : kept;
  }

  write(name: string, value: Term, at: Term = 0, instance: Term = "self"): Statement {
    const { plusOne = false, from = null } = this.#fields.get(name) ?? {};
    if (from !== null) {
      return this.#keep(name, binary(value, "-", this.read(from, 0, instance)), at, instance);
    }
    return this.#keep(name, plusOne ? add(value, 1) : value, at, instance);
  }

  /** What is in the field of a register, whatever that stands for. */
  kept(name: string, at: Term = 0, instance: Term = "self"): Expression {
    return field(this.fieldOf(name), this.#index(name, at, instance));
  }

  #keep(name: string, value: Term, at: Term, instance: Term): Statement {
    return set(this.fieldOf(name), this.#index(name, at, instance), value);
  }

  /** Forgets registers: 0 is kept in all of them. Unknown ones are none to forget. */
  forget(names: readonly string[], instance: Term = "self"): Statement[] {
    return names
      .filter((name) => this.#fields.has(name))
      .map((name) => {
        const { stride } = this.#fields.get(name) ?? { stride: 1 };
        if (stride === 1) return this.#keep(name, 0, 0, instance);
        return loop("forgotten", 0, stride, [this.#keep(name, 0, "forgotten", instance)]);
      });
  }

  /** Registers that say what an instance is at, and not which data it has seen. */
  get guides(): readonly { readonly field: string; readonly process: string }[] {
    return this.registers
      .filter((name) => GUIDES.has(name.replace(/ \d+$/, "")))
      .map((name) => ({ field: this.fieldOf(name), process: this.process }));
  }

  /** Names of all registers. */
  get registers(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** Reserves a node's name; false: it is there, or being made. */
  reserve(name: string): boolean {
    if (this.#nodes.has(name)) return false;
    this.#nodes.set(name, null);
    return true;
  }

  pass(name: string, body: readonly Statement[]): void {
    this.#nodes.set(name, { kind: "pass", name, body });
  }

  /** @param within the nodes of the graph that it is under way in meanwhile */
  rest(name: string, alternatives: readonly Alternative[], within: readonly string[] = []): void {
    this.places.set(name, within);
    this.#nodes.set(name, { kind: "rest", name, alternatives });
  }

  /** Names of the rests other than `idle`. */
  get rests(): readonly string[] {
    return this.nodes.flatMap(({ kind, name }) => (kind === "rest" && name !== IDLE ? [name] : []));
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()].filter((node) => node !== null);
  }

  get fields(): readonly Field[] {
    return [...this.#fields].map(([name, { size, stride, values }]) => ({
      name: this.fieldOf(name),
      size,
      count: this.instances * stride,
      initial: [],
      values: values.length === 0 ? null : values,
    }));
  }

  #index(name: string, at: Term, instance: Term): Expression {
    const stride = this.stride(name);
    if (stride === 1) return term(instance);
    return add(binary(instance, "*", stride), at);
  }
}

/** A sum; a constant 0 vanishes. */
export function add(left: Term, right: Term): Expression {
  const [one, other] = [term(left), term(right)];
  if (one.kind === "constant" && one.value === 0) return other;
  if (other.kind === "constant" && other.value === 0) return one;
  if (one.kind === "constant" && other.kind === "constant") return term(one.value + other.value);
  return binary(one, "+", other);
}

/** A step that the environment is not obliged to take, or one that fairness promises. */
export function alternative(
  name: string,
  text: string,
  body: readonly Statement[],
  more: Partial<Pick<Alternative, "choices" | "fair">> = {},
): Alternative {
  return { name, text, choices: more.choices ?? [], fair: more.fair ?? true, body };
}
