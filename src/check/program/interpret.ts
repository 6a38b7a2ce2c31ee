/**
 * The slow interpreter of programs: what a program means, executed in the most obvious way.
 *
 * It walks over the statements with plain arrays as state and shares nothing with the compiler but
 * the program's types and how numbers are calculated with. Tests compare the two, and traces are
 * made with it, because it knows who did what.
 */
import { calculate } from "./calculate.ts";
import { nodeNamed } from "./nodes.ts";
import { outOfBounds } from "./out-of-bounds.ts";
import type {
  Alternative,
  Expression,
  Liveness,
  Node,
  Process,
  Program,
  Statement,
} from "./program.ts";
import type { Judgement, ProgramState, Step, Successor } from "./state.ts";

type Locals = Map<string, number>;

/** How a list of statements ended. */
type Outcome =
  | { readonly kind: "on" | "break" | "block" }
  | { readonly kind: "goto"; readonly node: string }
  | { readonly kind: "fail"; readonly message: string };

const ON: Outcome = { kind: "on" };

/** Who executes: the running instance, by which `self` and gotos are understood. */
interface Runner {
  readonly process: Process;
  readonly self: number;
}

/** The state in which every process stands where it begins. */
export function initialState(program: Program): ProgramState {
  const fields = program.fields.map((field): [string, number[]] => [
    field.name,
    Array.from({ length: field.count }, (_, index) => field.initial[index] ?? 0),
  ]);
  const nodes = program.processes.map((process): [string, readonly string[]] => [
    process.name,
    process.begins ?? Array.from({ length: process.instances }, () => process.nodes[0]?.name ?? ""),
  ]);
  return { fields: Object.fromEntries(fields), nodes: Object.fromEntries(nodes) };
}

/**
 * Every step that can be taken in a state: by process, instance, alternative, and choices, the
 * first choice varying slowest. A step that fails is among them, with its `failure`.
 */
export function successorsOf(program: Program, state: ProgramState): Successor[] {
  const successors: Successor[] = [];
  for (const process of program.processes) {
    for (let self = 0; self < process.instances; self++) {
      const node = nodeOf(process, state.nodes[process.name]?.[self] ?? "");
      for (const alternative of node.kind === "rest" ? node.alternatives : []) {
        for (const choices of combinations(alternative.choices)) {
          const execution = new Execution(program, state);
          const step = execution.take({ process, self }, node.name, alternative, choices);
          if (step !== null) successors.push(step);
        }
      }
    }
  }
  return successors;
}

/** Takes a step of another run here, its text aside; null: it cannot be taken here. */
export function retake(program: Program, state: ProgramState, step: Step): Successor | null {
  const process = program.processes.find(({ name }) => name === step.process);
  if (process === undefined || state.nodes[process.name]?.[step.instance] !== step.node) {
    return null;
  }
  const node = nodeOf(process, step.node);
  const alternatives = node.kind === "rest" ? node.alternatives : [];
  const alternative = alternatives.find(({ name }) => name === step.alternative);
  if (alternative === undefined) return null;
  const choices = new Map(Object.entries(step.choices));
  const isChoice = alternative.choices.every(({ local, count }) => {
    const value = choices.get(local);
    return value !== undefined && value < count;
  });
  if (!isChoice) return null;
  const runner = { process, self: step.instance };
  return new Execution(program, state).take(runner, node.name, alternative, choices);
}

/** Whether a state without successors is no deadlock. */
export function isFinal(program: Program, state: ProgramState): boolean {
  return new Execution(program, state).value(program.final, new Map()) !== 0;
}

/** Whether a liveness property is pending in a state for an instance of its process. */
export function isPending(
  program: Program,
  { pending, process }: Liveness,
  instance: number,
  state: ProgramState,
): boolean {
  const found = program.processes.find(({ name }) => name === process);
  if (found === undefined) throw new Error(`internal: no process ${process}`);
  const runner = { process: found, self: instance };
  return new Execution(program, state).value(pending, new Map(), runner) !== 0;
}

/** What the properties about states say about one. */
export function inspectState(program: Program, state: ProgramState): Judgement[] {
  const execution = new Execution(program, state);
  execution.execute(program.everyState, null, new Map());
  return execution.judgements;
}

/** Every combination of choices; the first varies slowest. */
function combinations(choices: Alternative["choices"]): Locals[] {
  let all: Locals[] = [new Map()];
  for (const { local, count } of choices) {
    all = all.flatMap((known) =>
      Array.from({ length: count }, (_, value) => new Map([...known, [local, value]])),
    );
  }
  return all;
}

function nodeOf(process: Process, name: string): Node {
  const node = nodeNamed(process, name);
  if (node === undefined) throw new Error(`internal: ${process.name} has no node ${name}`);
  return node;
}

/**
 * One step in the making: the state as changed so far, and what was noticed on the way.
 *
 * The given state is not copied but for what changes: most alternatives block before that.
 */
class Execution {
  readonly judgements: Judgement[] = [];
  readonly #program: Program;
  #fields: Record<string, readonly number[]>;
  #nodes: Record<string, readonly string[]>;
  /** whether the two are this step's own already, and not the given state's */
  #changed = false;
  readonly #covered: number[] = [];
  readonly #running: Runner[] = [];

  constructor(program: Program, state: ProgramState) {
    this.#program = program;
    this.#fields = state.fields;
    this.#nodes = state.nodes;
  }

  /** Takes one alternative with these choices; null: it blocks. */
  take(runner: Runner, node: string, alternative: Alternative, choices: Locals): Successor | null {
    const locals = new Map(choices);
    this.#running.push(runner);
    const first = this.execute(alternative.body, runner, locals);
    if (first.kind === "block") return null;
    const { words = {} } = alternative;
    const text = alternative.text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = name === "self" ? runner.self : locals.get(name);
      return value === undefined ? whole : (words[name]?.[value] ?? String(value));
    });
    const outcome = this.#follow(first, runner, locals);
    if (outcome.kind === "block") return null;
    const step: Step = {
      process: runner.process.name,
      instance: runner.self,
      node,
      alternative: alternative.name,
      choices: Object.fromEntries(choices),
      text,
    };
    return {
      step,
      state: { fields: this.#fields, nodes: this.#nodes },
      judgements: this.judgements,
      covered: this.#covered,
      failure: outcome.kind === "fail" ? outcome.message : null,
    };
  }

  /** Goes from node to node until the runner rests, blocks or fails. */
  #follow(first: Outcome, runner: Runner, locals: Locals): Outcome {
    let outcome = first;
    for (;;) {
      if (outcome.kind === "block" || outcome.kind === "fail") return outcome;
      if (outcome.kind !== "goto") {
        throw new Error(`internal: a path of ${runner.process.name} ends without goto or block`);
      }
      const node = nodeOf(runner.process, outcome.node);
      if (node.kind === "rest") {
        const { name } = runner.process;
        const nodes = this.#nodes[name]?.with(runner.self, node.name);
        if (nodes !== undefined) this.#changing().nodes[name] = nodes;
        return ON;
      }
      outcome = this.execute(node.body, runner, locals);
    }
  }

  execute(body: readonly Statement[], runner: Runner | null, locals: Locals): Outcome {
    for (const statement of body) {
      const outcome = this.#statement(statement, runner, locals);
      if (outcome.kind !== "on") return outcome;
    }
    return ON;
  }

  #statement(statement: Statement, runner: Runner | null, locals: Locals): Outcome {
    const value = (of: Expression) => this.value(of, locals, runner);
    switch (statement.kind) {
      case "local":
        locals.set(statement.name, value(statement.value));
        return ON;
      case "set":
        return this.#set(statement.field, value(statement.at), value(statement.value), runner);
      case "if": {
        const branch = value(statement.condition) !== 0 ? statement.then : statement.otherwise;
        return this.execute(branch, runner, locals);
      }
      case "for":
        return this.#loop(statement, runner, locals);
      case "run":
        return this.#run(statement.process, value(statement.instance), statement.node);
      case "judge":
        if (value(statement.applies) !== 0) {
          const violated = value(statement.violated) !== 0;
          this.judgements.push({ property: statement.property, violated });
        }
        return ON;
      case "cover":
        this.#covered.push(value(statement.index));
        return ON;
      default:
        return statement;
    }
  }

  #loop(
    { local, from, to, body }: Extract<Statement, { kind: "for" }>,
    runner: Runner | null,
    locals: Locals,
  ): Outcome {
    const [first, end] = [this.value(from, locals, runner), this.value(to, locals, runner)];
    for (let index = first; index < end; index++) {
      locals.set(local, index);
      const outcome = this.execute(body, runner, locals);
      if (outcome.kind === "break") return ON;
      if (outcome.kind !== "on") return outcome;
    }
    return ON;
  }

  #set(name: string, at: number, value: number, runner: Runner | null): Outcome {
    const field = this.#program.fields.find((candidate) => candidate.name === name);
    const elements = this.#fields[name];
    if (field === undefined || elements === undefined) {
      throw new Error(`internal: there is no field ${name}`);
    }
    if (at < 0 || at >= field.count || value < 0 || value >= field.size) {
      return { kind: "fail", message: outOfBounds(runner?.process.name ?? "nobody", field) };
    }
    this.#changing().fields[name] = elements.with(at, value);
    return ON;
  }

  /** The state that is changed: before the first change, the given one's arrays are collected. */
  #changing() {
    if (!this.#changed) {
      this.#fields = { ...this.#fields };
      this.#nodes = { ...this.#nodes };
      this.#changed = true;
    }
    return { fields: this.#fields, nodes: this.#nodes };
  }

  #run(name: string, self: number, node: string): Outcome {
    const process = this.#program.processes.find((candidate) => candidate.name === name);
    if (process === undefined || self < 0 || self >= process.instances) {
      throw new Error(`internal: there is no instance ${self} of process ${name} to run`);
    }
    if (this.#running.some((other) => other.process === process && other.self === self)) {
      throw new Error(`internal: instance ${self} of ${name} is being run already`);
    }
    const runner = { process, self };
    this.#running.push(runner);
    const outcome = this.#follow({ kind: "goto", node }, runner, new Map());
    this.#running.pop();
    return outcome;
  }

  value(expression: Expression, locals: Locals, runner: Runner | null = null): number {
    const value = (of: Expression) => this.value(of, locals, runner);
    switch (expression.kind) {
      case "constant":
        return expression.value;
      case "local":
        return expression.name === "self" && runner !== null
          ? runner.self
          : known(locals.get(expression.name), `local ${expression.name}`);
      case "field":
        return element(this.#fields[expression.field], value(expression.at), expression.field);
      case "table":
        return element(
          this.#program.tables[expression.table],
          value(expression.at),
          expression.table,
        );
      case "not":
        return value(expression.of) === 0 ? 1 : 0;
      case "stands": {
        const nodes = this.#nodes[expression.process];
        const at = value(expression.instance);
        return element(nodes, at, expression.process) === expression.node ? 1 : 0;
      }
      case "binary": {
        const { operator } = expression;
        const left = value(expression.left);
        if (operator === "and" && left === 0) return 0;
        if (operator === "or" && left !== 0) return 1;
        return calculate(operator, left, value(expression.right));
      }
    }
  }
}

function element<Value>(of: readonly Value[] | undefined, at: number, name: string): Value {
  return known(of?.[at], `element ${at} of ${name}`);
}

function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`internal: a program reads ${what}, which is not there`);
  return value;
}
