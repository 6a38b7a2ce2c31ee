/**
 * A counterexample in the Informal Trace Format (Apalache's ADR-015), which Quint, Apalache and the
 * ITF viewer read.
 *
 * Every field is a sequence, every process a sequence of the rests at which its instances stand
 * (`at::guest`). Integers are written as the format wants them, `{"#bigint": "3"}`; values that
 * have names are strings. `mbt::actionTaken` and `mbt::nondetPicks` say, as Quint does, which step
 * led to a state and what was chosen for it.
 */
import type { ProgramState, Step } from "../../check/program/state.ts";
import type { Finding } from "../../check/result.ts";
import type { CheckSubject } from "./subject.ts";

interface ItfInteger {
  readonly "#bigint": string;
}
interface ItfOption {
  readonly tag: "Some" | "None";
  readonly value: ItfInteger | { readonly "#tup": readonly [] };
}
type ItfValue =
  | string
  | readonly (string | ItfInteger)[]
  | Readonly<Record<string, ItfOption>>
  | { readonly index: number };

export interface ItfTrace {
  readonly "#meta": Readonly<Record<string, unknown>>;
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, ItfValue>>[];
  /** the last state is this one again, and everything after it repeats */
  readonly loop?: number;
}

const ACTION = "mbt::actionTaken";
const PICKS = "mbt::nondetPicks";
const NONE: ItfOption = { tag: "None", value: { "#tup": [] } };

/** The trace of one finding. */
export function itfTrace(subject: CheckSubject, { property, message, trace }: Finding): ItfTrace {
  const { model, mutant, digest, parameters, program } = subject;
  const picks = [...new Set(trace.steps.flatMap(({ step }) => Object.keys(step.choices)))];
  const states = [
    { step: null, state: trace.initial },
    ...trace.steps.map(({ step, state }) => ({ step, state })),
  ];
  const fields = program.fields.map(({ name }) => variable(name));
  const processes = program.processes.map(({ name }) => placeOf(name));
  return {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: subject.source,
      status: "violation",
      description: `${property}: ${message}`,
      blockgraph: { model, mutant, digest, parameters, property },
    },
    vars: [...fields, ...processes, ACTION, PICKS],
    states: states.map(({ step, state }, index) => ({
      "#meta": { index },
      ...variables(subject, state),
      [ACTION]: step === null ? "init" : `${step.process}::${step.alternative}`,
      [PICKS]: Object.fromEntries(picks.map((local) => [local, pickOf(step, local)])),
    })),
    ...(trace.loop === null ? {} : { loop: trace.loop }),
  };
}

function variables({ program }: CheckSubject, state: ProgramState): Record<string, ItfValue> {
  const fields = program.fields.map(({ name, values }): [string, ItfValue] => {
    const elements = state.fields[name] ?? [];
    return [variable(name), elements.map((value) => values?.[value] ?? integer(value))];
  });
  const processes = program.processes.map(({ name }): [string, ItfValue] => {
    return [placeOf(name), state.nodes[name] ?? []];
  });
  return Object.fromEntries([...fields, ...processes]);
}

function pickOf(step: Step | null, local: string): ItfOption {
  const value = step?.choices[local];
  return value === undefined ? NONE : { tag: "Some", value: integer(value) };
}

function integer(value: number): ItfInteger {
  return { "#bigint": String(value) };
}

/** Keys that begin with `#` mean something else in the format. */
function variable(name: string): string {
  return name.startsWith("#") ? `_${name}` : name;
}

function placeOf(process: string): string {
  return `at::${process}`;
}
