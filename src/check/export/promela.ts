/**
 * A program as a Promela model, so that SPIN can say what it thinks of it.
 *
 * SPIN is an independent witness: the model is printed from the same fields, tables and nodes that
 * the checker compiles, and SPIN must find as many states, take as many transitions and come to the
 * same verdict. For that, one step of the program is one Promela transition and nothing else is:
 * every process is one loop, so that all that differs between states is in global variables, and
 * every option of it is a `d_step`. Its guard is the step itself, computed in C in a copy of the
 * state, as only that tells whether it blocks on its way; its effect takes the copy over.
 *
 * What must hold in every state and whether a stop is a deadlock is looked at by a process of its
 * own, which can move only where something is wrong.
 */
import { BlockgraphError } from "../../error.ts";
import type { Alternative, Expression, Program } from "../program/program.ts";
import { headLines } from "./promela-head.ts";
import { type ProcessScope, type Scope, scopeOf } from "./promela-scope.ts";
import { declarationLines, runtimeLines, stateBytes } from "./promela-state.ts";
import {
  lookLines,
  processLines,
  prototypeLines,
  tableLines,
  type WayOut,
  waysOut,
} from "./promela-step.ts";

/** A process that can step, and the number that SPIN gives to its first instance. */
interface Mover {
  readonly scope: ProcessScope;
  readonly ways: readonly WayOut[];
  readonly first: number;
}

/**
 * The text of the model, ready for `spin -a`.
 * @throws BlockgraphError `not-built-yet` if there are more instances than SPIN has processes
 */
export function toPromela(program: Program): string {
  const scope = scopeOf(program);
  const movers = moversOf(scope);
  const processes = movers.reduce((sum, { scope: { process } }) => sum + process.instances, 1);
  if (processes > PROCESSES_MAX) {
    throw new BlockgraphError(
      "not-built-yet",
      `${program.name} has ${processes - 1} instances that step, and SPIN takes ` +
        `${PROCESSES_MAX - 1}; choose smaller bounds`,
    );
  }
  const lines = [
    ...headLines(program, stateBytes(scope) + processes * PROCESS_BYTES + OWN_BYTES),
    "",
    ...constantLines(scope),
    "",
    ...declarationLines(scope),
    "",
    ...runtimeLines(scope),
    ...MACROS,
    ...tableLines(scope),
    ...prototypeLines(scope),
    ...movers.flatMap((mover) => processLines(mover.scope, scope, mover.ways)),
    ...lookLines(scope),
    "",
    ...movers.flatMap((mover) => [...proctypeLines(mover, scope), ""]),
    ...watchLines(program, movers.length === 0),
  ];
  return `${lines.join("\n")}\n`;
}

/** A limit of SPIN. */
const PROCESSES_MAX = 255;
/** What SPIN adds to a state for a process, and once, at the most. */
const PROCESS_BYTES = 8;
const OWN_BYTES = 64;

const MACROS = `
#define put(field, count, size, at, value) { \\
  int where = at, what = value; \\
  if (where < 0 || where >= count || what < 0 || what >= size) \\
    return leave_bounds(#field " is set outside its bounds"); \\
  next.field[where] = what; \\
}

#define step(rests, outcome) d_step { \\
  rests && c_expr { (outcome != 0) } -> c_code { take_step(); }; assert(c_expr { (satisfied) }) \\
}
`.split("\n");

function moversOf(scope: Scope): Mover[] {
  let first = 0;
  return [...scope.processes.values()].flatMap((process): Mover[] => {
    const ways = waysOut(process, scope);
    if (ways.length === 0 || process.process.instances === 0) return [];
    const mover = { scope: process, ways, first };
    first += process.process.instances;
    return [mover];
  });
}

function constantLines(scope: Scope): string[] {
  const numbered = (names: Iterable<string>) =>
    [...names].map((name, number) => `#define ${name} ${number}`);
  return [
    ...[...scope.processes.values()].flatMap(({ rests }) => numbered(rests.values())),
    ...numbered(scope.properties.values()),
  ];
}

function proctypeLines({ scope: own, ways, first }: Mover, { program }: Scope): string[] {
  const shift = first === 0 ? "" : ` - ${first}`;
  return [
    `active [${own.process.instances}] proctype ${own.name}() {`,
    ...endLabel(program.final),
    "  do",
    ...ways.flatMap((way) => [
      `  /* ${way.alternative.name}: ${commentText(way.alternative.text)} */`,
      ...combinations(way.alternative.choices).map((choices) => {
        const given = [`P${own.name}->_pid${shift}`, ...choices].join(", ");
        const rests = `${own.at}[_pid${shift}] == ${way.rest}`;
        return `  :: step(${rests}, ${way.function}(${given}))`;
      }),
    ]),
    "  od",
    "}",
  ];
}

/** What can move only where something is wrong, so that it adds nothing where all is well. */
function watchLines(program: Program, alone: boolean): string[] {
  const options = [];
  if (program.everyState.length > 0) {
    options.push("  :: atomic { !timeout && c_expr { (breaks()) } -> assert(false) }");
  }
  if (program.final.kind !== "constant") {
    options.push("  /* deadlock */");
    options.push("  :: atomic { timeout && c_expr { (!finished()) } -> assert(false) }");
  }
  if (options.length === 0 && alone) options.push("  :: false");
  if (options.length === 0) return [];
  return ["active proctype watch() {", ...endLabel(program.final), "  do", ...options, "  od", "}"];
}

/** Where a stop is always a deadlock, SPIN finds it itself: no place is a valid end. */
function endLabel(final: Expression): string[] {
  return final.kind === "constant" && final.value === 0 ? [] : ["end:"];
}

/** Every combination of choices; the first varies slowest. */
function combinations(choices: Alternative["choices"]): number[][] {
  return choices.reduce<number[][]>(
    (all, { count }) =>
      all.flatMap((known) => Array.from({ length: count }, (_, value) => [...known, value])),
    [[]],
  );
}

/**
 * A comment is for every instance and choice at once: it leaves out which instance it is, and names
 * the locals whose values a trace would tell.
 */
function commentText(text: string): string {
  const general = text.replace(/ ?\{self\}/g, "").replace(/\{(\w+)\}/g, "<$1>");
  return general.replace(/\*\//g, "* /").replace(/[^ -~]/g, "?");
}
