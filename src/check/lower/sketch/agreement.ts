/**
 * Whether a sketch that is executed on bytes is in the state that its program says.
 *
 * The two count states differently and remember different things; so names are compared, and of
 * what an actor remembers only what the program does not count as forgotten.
 */
import type { Register } from "../../../chart/effects.ts";
import type { SketchExecution } from "../../../system/sketch-execution.ts";
import type { Program } from "../../program/program.ts";
import type { ProgramState } from "../../program/state.ts";
import { fieldOf } from "./step.ts";

/** A sketch on bytes, wherever they are. */
export interface SketchOnBytes {
  readonly execution: SketchExecution;
  /** the value that a store's bytes stand for at an address; null: none */
  value(store: string, address: number): number | null;
}

const REGISTERS: readonly Register[] = ["data", "old"];

/** The first thing that is different, in one line; null: nothing is. */
export function differenceOf(
  program: Program,
  state: ProgramState,
  sketch: SketchOnBytes,
): string | null {
  for (const { what, got, said } of comparisons(program, state, sketch)) {
    if (got !== said) return `${what} is ${got ?? "no value"} here; the checker says ${said}`;
  }
  return null;
}

interface Comparison {
  readonly what: string;
  readonly got: string | null;
  readonly said: string;
}

function* comparisons(
  program: Program,
  state: ProgramState,
  sketch: SketchOnBytes,
): Generator<Comparison> {
  const { execution } = sketch;
  const { cells, stores, actors } = execution.design;
  const saidIn = (field: string, at: number) => textIn(program, state, field, at);
  for (let address = 0; address < cells.count; address++) {
    const what = `${cells.name} ${address}`;
    yield { what, got: execution.cell(address), said: saidIn(cells.name, address) };
    for (const { name } of stores) {
      const got = sketch.value(name, address)?.toString() ?? null;
      yield { what: `${name} ${address}`, got, said: saidIn(name, address) };
    }
  }
  for (const actor of actors) {
    for (let instance = 0; instance < actor.instances; instance++) {
      const who = `${actor.name} ${instance}`;
      const { state: got, address } = execution.standing(actor.name, instance);
      yield { what: who, got, said: state.nodes[actor.name]?.[instance] ?? "nowhere" };
      const said = saidIn(fieldOf(actor, "address"), instance);
      if (said !== "none") {
        yield { what: `the address of ${who}`, got: address?.toString() ?? null, said };
      }
      for (const register of REGISTERS) {
        const field = fieldOf(actor, register);
        if ((state.fields[field]?.[instance] ?? 0) === 0) continue;
        const held = execution.register(actor.name, instance, register)?.toString() ?? null;
        yield { what: `${register} of ${who}`, got: held, said: saidIn(field, instance) };
      }
    }
  }
}

/** An element of a field, as the program calls it. */
function textIn(program: Program, state: ProgramState, name: string, at: number): string {
  const value = state.fields[name]?.[at];
  const field = program.fields.find((candidate) => candidate.name === name);
  if (value === undefined || field === undefined) return "not there";
  return field.values?.[value] ?? String(value);
}
