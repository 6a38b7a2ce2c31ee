/**
 * What a step changes: the part of a trace that people read. What stays the same is not shown.
 */
import type { Program } from "../../check/program/program.ts";
import type { ProgramState } from "../../check/program/state.ts";
import type { Trace } from "../../check/result.ts";

/** One number of the state, or one process, that is different after a step. */
export interface Change {
  /** whether the place of a process changed, or an element of a field */
  readonly kind: "process" | "field";
  /** of the process or field */
  readonly name: string;
  readonly index: number;
  /** for people: `guest 1`, `copied[2]` */
  readonly label: string;
  /** node or value, for people */
  readonly before: string;
  readonly after: string;
}

/** All changes from one state to another: processes first, then fields, in the program's order. */
export function changesBetween(
  program: Program,
  before: ProgramState,
  after: ProgramState,
): Change[] {
  const moved = program.processes.flatMap(({ name }) =>
    differences(before.nodes[name], after.nodes[name]).map((difference): Change => {
      const label = instanceLabel(program, name, difference.index);
      return { kind: "process", name, label, ...difference };
    }),
  );
  const set = program.fields.flatMap(({ name, count, values }) => {
    const shown = (numbers: readonly number[] = []) =>
      numbers.map((value) => values?.[value] ?? String(value));
    const changed = differences(shown(before.fields[name]), shown(after.fields[name]));
    return changed.map((difference): Change => {
      const label = count === 1 ? name : `${name}[${difference.index}]`;
      return { kind: "field", name, label, ...difference };
    });
  });
  return [...moved, ...set];
}

function differences(before: readonly string[] = [], after: readonly string[] = []) {
  return before.flatMap((old, index) => {
    const value = after[index] ?? old;
    return value === old ? [] : [{ index, before: old, after: value }];
  });
}

/** `guest 1`; a process of one instance needs no number. */
export function instanceLabel(program: Program, process: string, instance: number): string {
  const instances = program.processes.find(({ name }) => name === process)?.instances ?? 1;
  return instances === 1 ? process : `${process} ${instance}`;
}

/** For every step of a trace, what it changes. */
export function traceChanges(program: Program, trace: Trace): Change[][] {
  return trace.steps.map(({ state }, index) => {
    const before = trace.steps[index - 1]?.state ?? trace.initial;
    return changesBetween(program, before, state);
  });
}
