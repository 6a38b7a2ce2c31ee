/**
 * The kernel for liveness: who takes each step, and what is pending.
 *
 * Properties and coverage are not its business, and symmetry would hide who it was.
 */
import type { LabelledKernel, PendingTest } from "../kernel.ts";
import { layoutOf } from "../layout.ts";
import { initialState } from "../program/interpret.ts";
import type { Liveness, Program } from "../program/program.ts";
import { validateProgram } from "../program/validate.ts";
import { kernelText, nobody } from "./compile.ts";
import { FunctionText } from "./function-text.ts";
import { Statements } from "./statements.ts";
import { wordList } from "./steps.ts";
import { Unit } from "./unit.ts";
import { ranged } from "./value.ts";

interface LabelledFunctions {
  successors(...words: number[]): number;
  readonly pending: readonly PendingTest[];
}

/** @throws BlockgraphError `program-malformed` if the program contradicts itself */
export function compileLabelled(program: Program): LabelledKernel {
  validateProgram(program);
  const layout = layoutOf(program);
  const options = {
    symmetry: false,
    coverage: false,
    labels: true,
    deferred: false,
    reduction: null,
  };
  const first = new Unit(program, layout, options);
  let source = kernelText(first, pendingFunctions(first));
  if (first.blocksLate) {
    const second = new Unit(program, layout, { ...options, deferred: true });
    source = kernelText(second, pendingFunctions(second));
  }
  const names = program.liveness.map((_, index) => `pending${index}`);
  const make = new Function(
    ...["emit", "judged", "violate", "covered", "fail"],
    `"use strict";\n${source}\nreturn { successors, pending: [${names}] };`,
  );
  const judged = new Float64Array(program.properties.length);
  const covered = new Uint8Array(program.coverage.length);
  const ignore = () => {};
  const instance = (emit: (label: number, ...words: number[]) => void): LabelledFunctions =>
    make(emit, judged, ignore, covered, ignore);
  const questions = instance(ignore);
  return {
    words: layout.words,
    initial: layout.pack(initialState(program)),
    instances: program.processes.reduce((sum, { instances }) => sum + instances, 0),
    run: (emit) => instance(emit).successors,
    pending(property) {
      const test = questions.pending[property];
      if (test === undefined) throw new RangeError(`no liveness property ${property}`);
      return test;
    },
  };
}

function pendingFunctions(unit: Unit): string[] {
  return unit.program.liveness.map((liveness, index) => pendingFunction(unit, liveness, index));
}

function pendingFunction(unit: Unit, liveness: Liveness, index: number): string {
  const text = new FunctionText();
  const process = unit.process(liveness.process);
  const frame = { ...nobody(), process, self: ranged("self", 0, process.instances - 1) };
  const test = new Statements(unit, text).expressions.test(liveness.pending, frame);
  text.add(`return ${test};`);
  return text.wrap(`pending${index}`, `self, ${wordList(unit, "s")}`);
}
