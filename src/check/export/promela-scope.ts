/**
 * What everything in a program is called in its exported model.
 *
 * An instance's rest is an element of an array of the state; the array has the process's name with
 * `_at`, and every rest is a constant. What an instance does between two rests is a chain of C
 * functions that hand on its locals, in a structure of their own for each process.
 */
import type { Field, Process, Program, Statement } from "../program/program.ts";
import { claimAll, Names } from "./promela-names.ts";

/** Names of one process. */
export interface ProcessScope {
  readonly process: Process;
  /** the proctype */
  readonly name: string;
  /** the array that says where each instance rests */
  readonly at: string;
  /** constants by rest, numbered in this order */
  readonly rests: ReadonlyMap<string, string>;
  /** functions by passing node */
  readonly passes: ReadonlyMap<string, string>;
  readonly locals: LocalScope;
}

/** Names of the locals of a process, `self` among them. */
export interface LocalScope {
  /** the C structure that holds them */
  readonly structure: string;
  /** members by local */
  readonly members: ReadonlyMap<string, string>;
}

export interface Scope {
  readonly program: Program;
  readonly fields: ReadonlyMap<string, { readonly name: string; readonly field: Field }>;
  readonly tables: ReadonlyMap<string, { readonly name: string; readonly length: number }>;
  /** constants by property, numbered in this order */
  readonly properties: ReadonlyMap<string, string>;
  readonly processes: ReadonlyMap<string, ProcessScope>;
  /** of what is judged in every state */
  readonly everyState: LocalScope;
  /** for the alternatives' functions */
  readonly names: Names;
}

export function scopeOf(program: Program): Scope {
  const names = new Names();
  for (const own of OWN) names.claim(own);
  const fields = claimAll(
    names,
    program.fields.map((field) => field.name),
  );
  const processes = program.processes.map((process) => globalNames(process, names));
  const tables = Object.entries(program.tables).map(
    ([key, { length }]) => [key, { name: names.claim(`table_${key}`), length }] as const,
  );
  const properties = program.properties.map(
    ({ name }) => [name, names.claim(`property_${name}`)] as const,
  );
  const structures = processes.map(({ name }) => names.claim(`${name}_locals`));
  const everyState = names.claim("every_state_locals");
  return {
    program,
    fields: new Map(
      program.fields.map((field) => {
        return [field.name, { name: fields.get(field.name) ?? field.name, field }];
      }),
    ),
    tables: new Map(tables),
    properties: new Map(properties),
    processes: new Map(
      processes.map((scope, index) => {
        const bodies = scope.process.nodes.flatMap((node) =>
          node.kind === "pass" ? [node.body] : node.alternatives.map(({ body }) => body),
        );
        const locals = [...choicesOf(scope.process), ...bodies.flatMap(localsIn)];
        const structure = structures[index] ?? "";
        return [scope.process.name, { ...scope, locals: localScope(structure, locals, names) }];
      }),
    ),
    everyState: localScope(everyState, localsIn(program.everyState), names),
    names,
  };
}

/** What every exported model defines besides what the program has. */
const OWN = (
  "watch my next locals load property_names applied violated judged broken failure satisfied " +
  "leave_bounds within divide remainder_of begin_step judge conclude report take_step put step " +
  "breaks finished"
).split(" ");

function globalNames(process: Process, names: Names): Omit<ProcessScope, "locals"> {
  const name = names.claim(process.name);
  const at = names.claim(`${name}_at`);
  const nodes = (kind: "rest" | "pass"): [string, string][] =>
    process.nodes
      .filter((node) => node.kind === kind)
      .map((node) => [node.name, names.claim(`${name}_${node.name}`)]);
  return { process, name, at, rests: new Map(nodes("rest")), passes: new Map(nodes("pass")) };
}

function localScope(structure: string, locals: readonly string[], names: Names): LocalScope {
  const members = claimAll(new Names(names), [...new Set(["self", ...locals])]);
  return { structure, members };
}

function choicesOf(process: Process): string[] {
  return process.nodes.flatMap((node) =>
    node.kind === "pass"
      ? []
      : node.alternatives.flatMap(({ choices }) => choices.map(({ local }) => local)),
  );
}

/** Locals that statements set, in order. */
function localsIn(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "local":
        return [statement.name];
      case "for":
        return [statement.local, ...localsIn(statement.body)];
      case "if":
        return [...localsIn(statement.then), ...localsIn(statement.otherwise)];
      default:
        return [];
    }
  });
}
