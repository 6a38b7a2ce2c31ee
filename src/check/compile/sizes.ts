/**
 * How much code a part of a program will become, by which the compiler decides what to write out
 * in full, and which locals a part reads.
 */
import { nodeNamed } from "../program/nodes.ts";
import type { Expression, Process, Program, Statement } from "../program/program.ts";
import { expressionsOf, partsOf, statementsIn } from "../program/walk.ts";

/** Passing nodes up to this size are written out wherever they are gone to. */
const INLINE_MOST = 400;

export class Sizes {
  readonly #program: Program;
  readonly #nodes = new Map<string, number>();
  readonly #reads = new Map<string, readonly string[]>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Whether a node is to be written out where it is gone to. */
  inlines(process: Process, node: string): boolean {
    return this.ofNode(process.name, node) <= INLINE_MOST;
  }

  /** Statements and operators, what is gone to included. */
  of(body: readonly Statement[], process: string | null): number {
    return body.reduce((sum, statement) => sum + this.#ofStatement(statement, process), 0);
  }

  /** Infinite for a node from which the way may lead back to it. */
  ofNode(process: string, name: string): number {
    const key = `${process}\n${name}`;
    const cached = this.#nodes.get(key);
    if (cached !== undefined) return cached;
    this.#nodes.set(key, Number.POSITIVE_INFINITY);
    const found = this.#program.processes.find((each) => each.name === process);
    const node = found && nodeNamed(found, name);
    const size = node?.kind === "pass" ? this.of(node.body, process) : 1;
    this.#nodes.set(key, size);
    return size;
  }

  #ofStatement(statement: Statement, process: string | null): number {
    switch (statement.kind) {
      case "local":
        return 1 + sizeOf(statement.value);
      case "set":
        return 2 + sizeOf(statement.at) + sizeOf(statement.value);
      case "if":
        return (
          1 +
          sizeOf(statement.condition) +
          this.of(statement.then, process) +
          this.of(statement.otherwise, process)
        );
      case "for":
        return 2 + this.of(statement.body, process);
      case "goto":
        return 1 + (process === null ? 0 : this.ofNode(process, statement.node));
      case "run":
        return 2 + this.ofNode(statement.process, statement.node);
      case "judge":
        return 2 + sizeOf(statement.applies) + sizeOf(statement.violated);
      default:
        return 1;
    }
  }

  /** Locals that are read in a passing node, or in one that is gone to from there; sorted. */
  localsRead(process: Process, node: string): readonly string[] {
    const key = `${process.name}\n${node}`;
    const cached = this.#reads.get(key);
    if (cached !== undefined) return cached;
    const reads = new Set<string>();
    const seen = new Set([node]);
    for (const name of seen) {
      const found = nodeNamed(process, name);
      for (const statement of found?.kind === "pass" ? statementsIn(found.body) : []) {
        if (statement.kind === "goto") seen.add(statement.node);
        for (const expression of expressionsOf(statement)) collectLocals(expression, reads);
      }
    }
    reads.delete("self");
    const sorted = [...reads].sort();
    this.#reads.set(key, sorted);
    return sorted;
  }
}

function collectLocals(expression: Expression, into: Set<string>): void {
  if (expression.kind === "local") into.add(expression.name);
  for (const part of partsOf(expression)) collectLocals(part, into);
}

function sizeOf(expression: Expression): number {
  return partsOf(expression).reduce((sum, part) => sum + sizeOf(part), 1);
}
