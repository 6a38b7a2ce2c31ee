/**
 * A state of a program as names and values, spelled as counterexamples spell them.
 */
import type { Program } from "../../check/program/program.ts";
import type { ProgramState } from "../../check/program/state.ts";
import { instanceLabel } from "../../report/check/changes.ts";

/** Processes first, then fields, in the program's order. */
export function programFacts(
  program: Program,
  state: ProgramState,
): { readonly what: string; readonly value: string }[] {
  const places = program.processes.flatMap(({ name }) =>
    (state.nodes[name] ?? []).map((value, instance) => ({
      what: instanceLabel(program, name, instance),
      value,
    })),
  );
  const values = program.fields.flatMap(({ name, count, values: names }) =>
    (state.fields[name] ?? []).map((value, index) => ({
      what: count === 1 ? name : `${name}[${index}]`,
      value: names?.[value] ?? String(value),
    })),
  );
  return [...places, ...values];
}
