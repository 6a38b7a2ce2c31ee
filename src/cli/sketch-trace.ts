/**
 * A trace of a sketch, checked against the sketch as it is now, and followed on bytes.
 */

import { FORMATS } from "../../models/formats.ts";
import { SURGERIES } from "../../models/graph-surgery.ts";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { differenceOf, type SketchOnBytes } from "../check/lower/sketch/agreement.ts";
import { sketchStepOf } from "../check/lower/sketch/directions.ts";
import { NO_DEADLOCK } from "../check/only-properties.ts";
import type { Program } from "../check/program/program.ts";
import { programDigest } from "../check/program-digest.ts";
import { BlockgraphError } from "../error.ts";
import { EXPLORED, type TraceDocument } from "../report/check/trace-document.ts";
import type { Property } from "../system/property.ts";
import { designOf, mutateDesign, type SketchDesign } from "../system/sketch.ts";
import type { SketchStep } from "../system/sketch-execution.ts";
import { findChecked } from "./check/find-checked.ts";

export interface OpenedTrace {
  readonly document: TraceDocument;
  readonly design: SketchDesign;
  readonly program: Program;
  readonly properties: readonly Property[];
}

/**
 * Finds the program that a trace is of, whatever kind of model it was made of.
 * @throws BlockgraphError `model-unknown`; `log-mismatch` if the model is not what it was
 */
export function openTracedProgram(path: string, document: TraceDocument): Program {
  const { model, mutant, parameters, digest } = document;
  const checked = findChecked(model);
  const { program } = lowered(path, () =>
    checked.lower(new Map(Object.entries(parameters)), mutant),
  );
  const found = programDigest(program);
  if (found === digest) return program;
  throw new BlockgraphError(
    "log-mismatch",
    `${path} is a trace of another '${model}' (digest ${digest}, here it is ${found}); ` +
      "use the version of blockgraph that wrote it, or make the trace anew",
  );
}

/**
 * Finds what a trace of a sketch is about.
 * @throws BlockgraphError `bad-argument` for a trace of a model with a graph or a format; and what
 *   {@link openTracedProgram} throws
 */
export function openTrace(path: string, document: TraceDocument): OpenedTrace {
  const { model, mutant: mutantName, parameters } = document;
  const sketch = SKETCHES.get(model);
  if (MODELS.has(model) || SURGERIES.has(model)) {
    const log = path.replace(/\.json$/, ".jsonl");
    throw new BlockgraphError(
      "bad-argument",
      `${path} is a trace of '${model}', which has a graph; name the log beside it, ${log}`,
    );
  }
  if (FORMATS.has(model)) {
    throw new BlockgraphError(
      "bad-argument",
      `${path} is a trace of '${model}', of which only the checker can take steps; run ` +
        `blockgraph check ${model}${mutantName === null ? "" : ` --mutant ${mutantName}`}`,
    );
  }
  const program = openTracedProgram(path, document);
  if (sketch === undefined) throw new RangeError(`${model} is no sketch`);
  const mutant = sketch.mutants.find(({ name }) => name === mutantName);
  const sound = designOf(sketch, parameters);
  const design = mutant === undefined ? sound : mutateDesign(sound, mutant);
  const properties = sketch.properties.flatMap((name) => PROPERTIES.get(name) ?? []);
  return { document, design, program, properties };
}

/** Mutants and parameters that the sketch does not have are the trace's fault here. */
function lowered<Result>(path: string, lower: () => Result): Result {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code !== "bad-argument") throw error;
    throw new BlockgraphError("log-mismatch", `${path} does not fit: ${error.message}`);
  }
}

/** A sketch on bytes that takes steps, at once or later. */
export interface SketchFollower extends SketchOnBytes {
  take(step: SketchStep): void | Promise<void>;
}

/**
 * Takes the steps of a trace, and compares the state after each with the trace.
 * @param last number of the last step to take
 * @returns steps taken, and the first difference in one line; null: there is none
 */
export async function followTrace(
  { document, program }: OpenedTrace,
  sketch: SketchFollower,
  last: number,
): Promise<{ steps: number; difference: string | null }> {
  const { initial, steps, finding } = document;
  const begins = differenceOf(program, initial, sketch);
  if (begins !== null) return { steps: 0, difference: `at the beginning, ${begins}` };
  for (const [index, { state, text, ...step }] of steps.slice(0, last).entries()) {
    const fails = finding.kind === "bounds" && index === steps.length - 1;
    const refused = await refusalOf(() => sketch.take(sketchStepOf(step)));
    const expected = fails ? "chart-out-of-bounds" : null;
    const problem =
      (refused?.code ?? null) === expected
        ? differenceOf(program, state, sketch)
        : (refused?.message ?? "it stays within the bounds, and the trace says that it does not");
    if (problem === null) continue;
    return { steps: index, difference: `step ${index + 1} (${text}): ${problem}` };
  }
  const whole = last >= steps.length;
  return {
    steps: Math.min(last, steps.length),
    difference: whole ? missing(document, sketch) : null,
  };
}

/** What the sketch says to a step that it does not take. */
async function refusalOf(take: () => void | Promise<void>): Promise<BlockgraphError | null> {
  try {
    await take();
    return null;
  } catch (error) {
    const refuses =
      error instanceof BlockgraphError &&
      (error.code === "log-not-enabled" || error.code === "chart-out-of-bounds");
    if (!refuses) throw error;
    return error;
  }
}

/** Whether the trace shows at its end what it was kept for; null: it does. */
function missing({ finding, steps, initial, loop }: TraceDocument, sketch: SketchOnBytes) {
  const { kind, property } = finding;
  const { violations } = sketch.execution;
  if (property === EXPLORED) return null;
  if (kind === "property" && property !== NO_DEADLOCK) {
    const shown = violations.some((broken) => broken.property === property);
    return shown ? null : `${property} is not broken, and the trace says that it is`;
  }
  if (kind === "deadlock" && sketch.execution.canGoOn()) {
    return "somebody can go on at the end, and the trace says that nobody can";
  }
  if (loop === null) return null;
  const [begin, end] = [loop, steps.length].map((after) => steps[after - 1]?.state ?? initial);
  const closes = JSON.stringify(begin) === JSON.stringify(end);
  return closes ? null : `the last state is not that after step ${loop}, so nothing repeats`;
}
