/**
 * The steps of an exported model: a C function for every alternative and every passing node, and
 * what is judged in every state.
 */
import type { Alternative, Node } from "../program/program.ts";
import { bareText } from "./promela-expression.ts";
import { nameOf } from "./promela-names.ts";
import type { LocalScope, ProcessScope, Scope } from "./promela-scope.ts";
import { bodyLines, statementLines, type Writing, writingOf } from "./promela-statement.ts";

/** One way to leave a rest, with the C function that does it. */
export interface WayOut {
  /** the constant of the rest */
  readonly rest: string;
  readonly alternative: Alternative;
  readonly function: string;
}

/** Gives every alternative of a process its function's name. */
export function waysOut({ process, name, rests }: ProcessScope, scope: Scope): WayOut[] {
  return process.nodes.flatMap((node) => {
    if (node.kind === "pass") return [];
    const rest = nameOf(rests, node.name, "rest");
    return node.alternatives.map((alternative) => {
      const wanted = `${name}_${node.name}_${alternative.name}`;
      return { rest, alternative, function: scope.names.claim(wanted) };
    });
  });
}

/** SPIN reads at most 64 KiB of C at once, so every piece is a `c_code` of its own. */
function piece(lines: readonly string[]): string[] {
  return ["c_code {", ...lines, "}"];
}

/** Numbers on a line, and in one piece of C. */
const ROW = 16;
const PART = 4000;

/** Constant tables; large ones are put together from parts before the verifier starts. */
export function tableLines(scope: Scope): string[] {
  return [...scope.tables].flatMap(([key, { name, length }]) => {
    const values = scope.program.tables[key] ?? [];
    if (length <= PART) {
      return piece([`static const int ${name}[] = {`, ...rows(values), "};"]);
    }
    const parts = Array.from({ length: Math.ceil(length / PART) }, (_, part) => part * PART);
    return [
      ...piece([`static int ${name}[${length}];`]),
      ...parts.flatMap((from) =>
        piece([
          `static void __attribute__((constructor)) ${scope.names.claim(`fill_${name}`)}(void) {`,
          "  static const int part[] = {",
          ...rows(values.slice(from, from + PART)),
          "  };",
          `  memcpy(${name} + ${from}, part, sizeof part);`,
          "}",
        ]),
      ),
    ];
  });
}

function rows(values: readonly number[]): string[] {
  if (values.length === 0) return ["  0"];
  const text = values.map((value) => (value === -(2 ** 31) ? "-2147483647 - 1" : String(value)));
  return Array.from({ length: Math.ceil(text.length / ROW) }, (_, row) => {
    return `  ${text.slice(row * ROW, (row + 1) * ROW).join(", ")},`;
  });
}

/** Structures for locals, and functions that may call each other. */
export function prototypeLines(scope: Scope): string[] {
  const structure = ({ structure: name, members }: LocalScope) =>
    `struct ${name} { int ${[...members.values()].join(", ")}; };`;
  const scopes = [...scope.processes.values()];
  return piece([
    ...[...scopes.map(({ locals }) => locals), scope.everyState].map(structure),
    ...scopes.flatMap(({ passes, locals }) =>
      [...passes.values()].map((name) => `static int ${name}(struct ${locals.structure} *my);`),
    ),
  ]);
}

/** The functions of one process. */
export function processLines(
  process: ProcessScope,
  scope: Scope,
  ways: readonly WayOut[],
): string[] {
  const writing = writingOf(scope, process);
  const passes = process.process.nodes.flatMap((node) => passLines(node, process, writing));
  return [...passes, ...ways.flatMap((way) => wayLines(way, writing))];
}

function passLines(node: Node, { passes, locals }: ProcessScope, writing: Writing): string[] {
  if (node.kind === "rest") return [];
  const name = nameOf(passes, node.name, "node");
  return piece([
    `static int ${name}(struct ${locals.structure} *my) {`,
    ...indented(bodyLines(node.body, writing)),
    "}",
  ]);
}

function wayLines({ alternative, function: name }: WayOut, writing: Writing): string[] {
  const { structure, members } = writing.locals;
  const given = ["self", ...alternative.choices.map(({ local }) => local)].map((local) =>
    nameOf(members, local, "local"),
  );
  const parameters = given.map((member) => `int ${member}`).join(", ");
  const values = given.map((member) => `.${member} = ${member}`).join(", ");
  return piece([
    `static int ${name}(${parameters}) {`,
    `  struct ${structure} locals = { ${values} }, *my = &locals;`,
    "  begin_step();",
    ...indented(bodyLines(alternative.body, writing)),
    "}",
  ]);
}

/** Functions that look at a state: what holds in every state, and whether it may be the last. */
export function lookLines(scope: Scope): string[] {
  const { program, everyState } = scope;
  const writing: Writing = { scope, runner: null, locals: everyState, instances: 0 };
  const judging = program.everyState.flatMap((statement) => statementLines(statement, writing));
  const breaks = [
    "/* Judges the state that the verifier has reached; says whether it breaks a property. */",
    "static int breaks(void) {",
    `  struct ${everyState.structure} locals = { 0 }, *my = &locals;`,
    "  begin_step();",
    ...indented(judging),
    "  conclude();",
    "  return !satisfied;",
    "}",
  ];
  const finished = [
    "/* Whether the state may be the last. */",
    "static int finished(void) {",
    "  load();",
    `  return ${bareText(program.final, writing)};`,
    "}",
  ];
  return [
    ...(program.everyState.length === 0 ? [] : piece(breaks)),
    ...(program.final.kind === "constant" ? [] : piece(finished)),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
