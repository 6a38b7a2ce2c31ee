/**
 * From a program to its kernel: a layout for its states, and JavaScript specialised for it.
 */
import type { Kernel } from "../kernel.ts";
import { type Layout, layoutOf } from "../layout.ts";
import { initialState } from "../program/interpret.ts";
import type { Program } from "../program/program.ts";
import { validateProgram } from "../program/validate.ts";
import type { Reduction } from "../reduce/reduction.ts";
import { ampleFunctions } from "./ample.ts";
import { canonicalFunction } from "./canonical.ts";
import type { Frame } from "./frame.ts";
import { FunctionText } from "./function-text.ts";
import { instantiate } from "./instantiate.ts";
import { Statements } from "./statements.ts";
import { emitName, passFunction, stepFunctions, wordList } from "./steps.ts";
import { Unit } from "./unit.ts";
import { constant } from "./value.ts";

export interface CompileOptions {
  /** emit one representative of all states that differ by the program's symmetries only */
  readonly symmetry: boolean;
  /** report which coverage items are taken */
  readonly coverage: boolean;
  /** leave out steps that need not be looked at; null or absent: none */
  readonly reduction?: Reduction | null;
}

export interface Compiled {
  readonly kernel: Kernel;
  readonly layout: Layout;
  /** whether it leaves out steps that need not be looked at */
  readonly reduced: boolean;
}

/**
 * @throws BlockgraphError `program-malformed` if the program contradicts itself, or
 *   `symmetry-impossible` if its symmetries cannot be used
 */
export function compileProgram(program: Program, options: CompileOptions): Compiled {
  validateProgram(program);
  const layout = layoutOf(program);
  const { reduction = null } = options;
  const all = { ...options, reduction, labels: false };
  const first = new Unit(program, layout, { ...all, deferred: false });
  let source = kernelText(first);
  let { failures } = first;
  if (first.blocksLate) {
    const second = new Unit(program, layout, { ...all, deferred: true });
    source = kernelText(second);
    failures = second.failures;
  }
  const kernel: Kernel = {
    words: layout.words,
    bits: layout.bits,
    source,
    inspects: program.everyState.length > 0,
    initial: [],
    properties: program.properties.map(({ name }) => name),
    coverage: program.coverage.length,
    failures,
  };
  const initial = instantiate(kernel).present(layout.pack(initialState(program)));
  return { kernel: { ...kernel, initial }, layout, reduced: reduction !== null };
}

/** The functions of a program: steps, checks, and whatever else the unit is made for. */
export function kernelText(unit: Unit, more: readonly string[] = []): string {
  const ample = unit.reduction === null ? [] : ampleFunctions(unit, unit.reduction);
  const steps = [...stepFunctions(unit), ...ample];
  const checks = unit.labels
    ? more
    : [finalFunction(unit), inspectFunction(unit), presentFunction(unit)];
  const passes: string[] = [];
  for (let made = 0; made < unit.passes.length; made++) {
    const pass = unit.passes[made];
    if (pass !== undefined) passes.push(passFunction(unit, pass));
  }
  const canonical = unit.symmetric ? canonicalFunction(unit) : [];
  const shared = passes.length === 0 ? [] : [`let ${sharedWords(unit)};`];
  const journal = unit.deferred ? [JOURNAL] : [];
  return [...unit.tableLines(), ...shared, ...journal, ...canonical, ...passes, ...steps, ...checks]
    .concat("")
    .join("\n");
}

function sharedWords({ layout }: Unit): string {
  return Array.from({ length: layout.words }, (_, word) => `m${word} = 0`).join(", ");
}

/** What is noticed in a step that may still block: 4 * number + what, made true by `commit`. */
const JOURNAL = `const notes = [];
let noted = 0;
function note(what) {
notes[noted++] = what;
}
function commit() {
for (let index = 0; index < noted; index++) {
const what = notes[index];
if ((what & 3) === 0) covered[what >> 2] = 1;
else if ((what & 3) === 1) judged[what >> 2]++;
else violate(what >> 2);
}
noted = 0;
}`;

/** Where no process runs. */
export function nobody(): Frame {
  return {
    process: null,
    self: constant(0),
    leaves: null,
    variables: new Map(),
    blocked: "",
    rested: () => [],
    passed: () => [],
    flow: { locals: new Map(), noticed: false },
  };
}

function finalFunction(unit: Unit): string {
  const text = new FunctionText();
  const test = new Statements(unit, text).expressions.test(unit.program.final, nobody());
  text.add(`return ${test};`);
  return text.wrap("isFinal", wordList(unit, "s"));
}

function inspectFunction(unit: Unit): string {
  const text = new FunctionText();
  if (unit.deferred) text.add("noted = 0;");
  new Statements(unit, text).write(unit.program.everyState, nobody());
  if (unit.deferred) text.add("commit();");
  return text.wrap("inspect", wordList(unit, "s"));
}

function presentFunction(unit: Unit): string {
  const text = new FunctionText();
  text.add(`${emitName(unit)}(${wordList(unit, "s")});`);
  return text.wrap("present", wordList(unit, "s"));
}
