/**
 * A lowered sketch is the sketch: the program and the execution on bytes, which share nothing but
 * the charts, go the same way step by step. In every state the same steps can be taken; cells,
 * stores and actors agree; the properties are judged alike, and the same steps leave the bounds.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { SKETCHES } from "../../../models/sketches.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { differenceOf } from "../../../src/check/lower/sketch/agreement.ts";
import { sketchStepOf } from "../../../src/check/lower/sketch/directions.ts";
import { lowerSketch } from "../../../src/check/lower/sketch.ts";
import { initialState, isFinal, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Process, Program } from "../../../src/check/program/program.ts";
import type { ProgramState, Step } from "../../../src/check/program/state.ts";
import { SketchSimulation } from "../../../src/simulate/sketch-simulation.ts";
import { designOf, mutateDesign, type SketchDesign } from "../../../src/system/sketch.ts";
import { explored } from "../../support/exploration.ts";
import { refusal } from "../../support/refusal.ts";

const properties = [...PROPERTIES.values()];

/** Goes a random way through a design on both sides. @returns steps gone */
function walk(design: SketchDesign, picks: readonly number[]): number {
  const program = lowerSketch(design, properties);
  const simulation = new SketchSimulation(design, properties);
  const { execution } = simulation;
  let state = initialState(program);
  expect(differenceOf(program, state, simulation)).toBeNull();
  let steps = 0;
  for (const pick of picks) {
    const successors = successorsOf(program, state);
    expect(successors.length > 0 || isFinal(program, state)).toBe(execution.canGoOn());
    refuseOthers(program, state, simulation, pick);
    const chosen = successors[pick % Math.max(1, successors.length)];
    if (chosen === undefined) break;
    if (chosen.failure !== null) {
      refusal("chart-out-of-bounds", () => simulation.take(sketchStepOf(chosen.step)));
      expect(differenceOf(program, state, simulation)).toBeNull();
      break;
    }
    const before = judgements(simulation);
    simulation.take(sketchStepOf(chosen.step));
    const after = judgements(simulation);
    const own = chosen.judgements;
    expect({
      judged: after.judged - before.judged,
      violated: after.violated - before.violated,
    }).toEqual({ judged: own.length, violated: own.filter(({ violated }) => violated).length });
    state = chosen.state;
    expect(differenceOf(program, state, simulation)).toBeNull();
    steps++;
  }
  return steps;
}

function judgements({ execution: { judged, violations } }: SketchSimulation) {
  const all = [...judged.values()].reduce((sum, count) => sum + count, 0);
  return { judged: all, violated: violations.length };
}

/** One of the steps that the program does not offer now is refused, and changes nothing. */
function refuseOthers(
  program: Program,
  state: ProgramState,
  simulation: SketchSimulation,
  pick: number,
): void {
  const offered = new Set(successorsOf(program, state).map(({ step }) => keyOf(step)));
  const others = program.processes
    .flatMap((process) => stepsOf(process))
    .filter((step) => !offered.has(keyOf(step)));
  const other = others[pick % Math.max(1, others.length)];
  if (other === undefined) return;
  refusal("log-not-enabled", () => simulation.take(sketchStepOf(other)));
  expect(differenceOf(program, state, simulation)).toBeNull();
}

/** Every step that there could be, with the first of all choices. */
function stepsOf({ name, instances, nodes }: Process): Omit<Step, "text">[] {
  return Array.from({ length: instances }, (_, instance) =>
    nodes.flatMap((node) =>
      (node.kind === "rest" ? node.alternatives : []).map((alternative) => ({
        process: name,
        instance,
        node: node.name,
        alternative: alternative.name,
        choices: Object.fromEntries(alternative.choices.map(({ local }) => [local, 0])),
      })),
    ),
  ).flat();
}

function keyOf({ process, instance, node, alternative, choices }: Omit<Step, "text">): string {
  return JSON.stringify([process, instance, node, alternative, choices]);
}

const picks = fc.array(fc.nat(1 << 20), { minLength: 20, maxLength: 60 });

for (const sketch of SKETCHES.values()) {
  const bounds = fc.record(
    Object.fromEntries(
      Object.entries(sketch.parameters).map(([name, { min }]) => [
        name,
        fc.integer({ min, max: min + 2 }),
      ]),
    ),
  );
  for (const mutant of [null, ...sketch.mutants]) {
    it(`goes the same way on bytes: ${sketch.name} ${mutant?.name ?? ""}`, () => {
      fc.assert(
        fc.property(bounds, picks, (given, way) => {
          const sound = designOf(sketch, given);
          const design = mutant === null ? sound : mutateDesign(sound, mutant);
          expect(walk(design, way)).toBeGreaterThan(0);
        }),
        explored(20),
      );
    });
  }
}
