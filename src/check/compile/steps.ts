/**
 * JavaScript for the steps of processes: a function for every rest that can be left, and one for
 * every passing node that is not written out.
 *
 * A function gets the words of the state. For each alternative, and each combination of choices, it
 * works on a copy of them and emits that if the step comes to its end; it returns how often it did.
 * Where that stays small there is a function for each instance, in which `self` is a constant.
 */
import { nodeNamed, restsOf } from "../program/nodes.ts";
import type { Alternative, Process } from "../program/program.ts";
import { readElement } from "./elements.ts";
import type { Frame } from "./frame.ts";
import { FunctionText } from "./function-text.ts";
import { keepWords, Statements, takeWords } from "./statements.ts";
import { known, type PassFunction, type Unit } from "./unit.ts";
import { anything, constant, ranged, type Value } from "./value.ts";

/** Code of all instances of a process together, in statements and operators, if written apart. */
const INSTANCES_MOST = 3000;
/** Code of all choices of an alternative together, if written apart. */
const CHOICES_MOST = 300;

/**
 * Functions for the steps of all processes, and `successors`, which calls them; with a reduction
 * `everybody`, which is given the set of the teams that may step as well.
 */
export function stepFunctions(unit: Unit): string[] {
  const functions: string[] = [];
  const main = new FunctionText();
  for (const [index, process] of unit.program.processes.entries()) {
    if (instancesApart(unit, process)) {
      for (let self = 0; self < process.instances; self++) {
        const name = `step${index}_${self}`;
        const calls = dispatch(unit, process, constant(self), name, functions);
        main.add(...ifMember(unit, process, self, calls, functions));
      }
    } else {
      const self = ranged("i", 0, process.instances - 1);
      const calls = dispatch(unit, process, self, `step${index}`, functions);
      main.add(`for (let i = 0; i < ${process.instances}; i++) {`);
      main.add(...ifMember(unit, process, null, calls, functions), "}");
    }
  }
  main.add("return n;");
  const words = wordList(unit, "w");
  if (unit.reduction === null) return [...functions, main.wrap("successors", words, ["n = 0"])];
  return [...functions, main.wrap("everybody", `set, ${words}`, ["n = 0"])];
}

/** Statements for an instance (null: instance `i`) if its team may step. */
function ifMember(
  unit: Unit,
  process: Process,
  self: number | null,
  statements: readonly string[],
  functions: string[],
): readonly string[] {
  if (unit.reduction === null || statements.length === 0) return statements;
  const first = unit.firstInstance(process);
  const teams = unit.reduction.teams;
  const numbers = Array.from({ length: process.instances }, (_, index) =>
    teams.findIndex((members) => members.includes(first + index)),
  );
  // Who is in no team steps only if everybody does: then the sign bit is set.
  const bits = numbers.map((team) => (team === -1 ? 31 : team));
  const table = `TEAM${first}`;
  if (self === null) functions.push(`const ${table} = new Uint8Array([${bits}]);`);
  const bit = self === null ? `${table}[i]` : `${bits[self] ?? 31}`;
  return [`if (set >>> ${bit} & 1) {`, ...statements, "}"];
}

function instancesApart(unit: Unit, process: Process): boolean {
  const size = process.nodes
    .flatMap((node) => (node.kind === "rest" ? node.alternatives : []))
    .reduce((sum, { body }) => sum + unit.sizes.of(body, process.name), 0);
  return size * process.instances <= INSTANCES_MOST;
}

/** `prefix0, prefix1, ...`, one for each word. */
export function wordList({ layout }: Unit, prefix: string): string {
  return Array.from({ length: layout.words }, (_, word) => `${prefix}${word}`).join(", ");
}

/** Statements that call the function of the rest at which an instance stands. */
function dispatch(
  unit: Unit,
  process: Process,
  self: Value,
  name: string,
  functions: string[],
): string[] {
  const array = known(unit.layout.rests.get(process.name), process.name);
  const words = wordList(unit, "w");
  const own = self.low === self.high ? "" : ", i";
  const cases = restsOf(process).flatMap((rest, number) => {
    const node = nodeNamed(process, rest);
    if (node?.kind !== "rest" || node.alternatives.length === 0) return [];
    const called = `${name}_${number}`;
    functions.push(restFunction(unit, process, self, number, node.alternatives, called));
    return [`case ${number}: n += ${called}(${words}${own}); break;`];
  });
  if (cases.length === 0) return [];
  const rest = readElement(array, self, (word) => `w${word}`);
  return [`switch (${rest.code}) {`, ...cases, "}"];
}

function restFunction(
  unit: Unit,
  process: Process,
  self: Value,
  rest: number,
  alternatives: readonly Alternative[],
  name: string,
): string {
  const text = new FunctionText();
  for (const alternative of alternatives) {
    const statements = new Statements(unit, text);
    writeAlternative(unit, text, statements, process, self, rest, alternative);
  }
  text.add("return n;");
  const words = Array.from({ length: unit.layout.words }, (_, word) => `s${word} = 0`);
  const own = self.low === self.high ? "" : ", i";
  return text.wrap(name, `${wordList(unit, "w")}${own}`, ["n = 0", ...words]);
}

function writeAlternative(
  unit: Unit,
  text: FunctionText,
  statements: Statements,
  process: Process,
  self: Value,
  rest: number,
  { choices, body, fair }: Alternative,
): void {
  const many = choices.reduce((product, { count }) => product * count, 1);
  const apart = many * unit.sizes.of(body, process.name) <= CHOICES_MOST;
  const chosen: [string, Value][] = [];
  const each = (depth: number): void => {
    const choice = choices[depth];
    if (choice === undefined) {
      writeStep(unit, text, statements, process, self, rest, { body, fair }, chosen);
    } else if (apart) {
      for (let value = 0; value < choice.count; value++) {
        chosen[depth] = [choice.local, constant(value)];
        each(depth + 1);
      }
    } else {
      const counter = text.variable();
      chosen[depth] = [choice.local, ranged(counter, 0, choice.count - 1)];
      text.add(`for (${counter} = 0; ${counter} < ${choice.count}; ${counter}++) {`);
      each(depth + 1);
      text.add("}");
    }
  };
  each(0);
}

function writeStep(
  unit: Unit,
  text: FunctionText,
  statements: Statements,
  process: Process,
  self: Value,
  rest: number,
  { body, fair }: Pick<Alternative, "body" | "fair">,
  chosen: readonly (readonly [string, Value])[],
): void {
  const label = text.label();
  const commit = unit.deferred ? ["commit();"] : [];
  const whose = unit.labels ? `${labelCode(unit, process, self, fair)}, ` : "";
  const emit = `${emitName(unit)}(${whose}${wordList(unit, "s")}); n++;`;
  const leave = [...commit, emit, `break ${label};`];
  const frame: Frame = {
    process,
    self,
    leaves: rest,
    variables: new Map(),
    blocked: `break ${label};`,
    rested: () => leave,
    passed: (call) => [
      ...keepWords(unit),
      `if (!${call}) break ${label};`,
      ...takeWords(unit),
      ...leave,
    ],
    flow: { locals: new Map(), noticed: false },
  };
  text.add(`${label}: {`, ...(unit.deferred ? ["noted = 0;"] : []));
  for (let word = 0; word < unit.layout.words; word++) text.add(`s${word} = w${word};`);
  for (const [local, value] of chosen) statements.assign(local, value, frame);
  statements.write(body, frame);
  text.add("}");
}

/** Who takes the step, and whether fairness promises it: see `LabelledKernel`. */
function labelCode(unit: Unit, process: Process, self: Value, fair: boolean): string {
  return `2 * (${unit.firstInstance(process)} + ${self.code}) + ${fair ? 1 : 0}`;
}

/** What successors are given to. */
export function emitName(unit: Unit): string {
  return unit.symmetric ? "canonical" : "emit";
}

/**
 * The function of a passing node: it gets the instance and the locals, and the words in variables
 * outside; it returns whether the instance came to a rest.
 */
export function passFunction(unit: Unit, { name, process, node, locals }: PassFunction): string {
  const text = new FunctionText();
  const statements = new Statements(unit, text);
  const frame: Frame = {
    process,
    self: ranged("self", 0, process.instances - 1),
    leaves: null,
    variables: new Map(),
    blocked: "return false;",
    rested: () => [...keepWords(unit), "return true;"],
    passed: (call) => [...keepWords(unit), `return ${call};`],
    flow: { locals: new Map(), noticed: true },
  };
  for (const [index, local] of locals.entries()) {
    statements.assign(local, anything(`p${index}`), frame);
  }
  const found = nodeNamed(process, node);
  statements.write(found?.kind === "pass" ? found.body : [], frame);
  const parameters = ["self", ...locals.map((_, index) => `p${index}`)].join(", ");
  const words = Array.from({ length: unit.layout.words }, (_, word) => `s${word} = m${word}`);
  return text.wrap(name, parameters, words);
}
