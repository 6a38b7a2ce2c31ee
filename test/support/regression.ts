/**
 * What promoted counterexamples are held against: the model as it is now.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { sketchStepOf } from "../../src/check/lower/sketch/directions.ts";
import { NO_DEADLOCK } from "../../src/check/only-properties.ts";
import { brokenAlong } from "../../src/check/retrace.ts";
import { findChecked } from "../../src/cli/check/find-checked.ts";
import { BlockgraphError } from "../../src/error.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { readLog } from "../../src/log/reader.ts";
import { type TraceDocument, traceDocumentSchema } from "../../src/report/check/trace-document.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { SketchSimulation } from "../../src/simulate/sketch-simulation.ts";
import { driveRecorded } from "../../src/system/drive-recorded.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import { designOf, mutateDesign, type Sketch } from "../../src/system/sketch.ts";
import { startRecord } from "../../src/system/start.ts";
import { thrownBy } from "./refusal.ts";

/**
 * Takes a frozen counterexample's way again, as far as it is there.
 * @param file the log (`.jsonl`) or trace
 * @param mutantName build in this mutant of the model; null: the model itself
 * @returns names of the properties that broke
 */
export function brokenOn(file: URL, mutantName: string | null): string[] {
  const path = fileURLToPath(file);
  return path.endsWith(".jsonl") ? ofLog(path, mutantName) : ofTrace(path, mutantName);
}

function ofLog(path: string, mutantName: string | null): string[] {
  const { records } = readLog(path);
  const [start, ...inputs] = records;
  const model = start?.kind === "start" ? MODELS.get(start.model) : undefined;
  if (model === undefined) throw new Error(`${path} is about no model that there is`);
  const mutant = model.mutants.find(({ name }) => name === mutantName) ?? null;
  const simulation = new Simulation(
    startRecord(model, mutant, model.images.map(describeModelImage)),
    {
      properties: [...PROPERTIES.values()].filter(({ name }) => model.properties.includes(name)),
      mutants: model.mutants,
      sink: new MemoryLog(),
    },
  );
  simulation.run(driveRecorded(inputs, simulation.session));
  return [...new Set(simulation.session.monitor.violations.map(({ property }) => property))];
}

/** What something waits for, for ever, is a question about a program; so is a model's trace. */
function ofTrace(path: string, mutantName: string | null): string[] {
  const trace = traceDocumentSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const sketch = SKETCHES.get(trace.model);
  if (sketch !== undefined && trace.loop === null) return ofSketch(sketch, trace, mutantName);
  const parameters = new Map(Object.entries(trace.parameters));
  return brokenAlong(findChecked(trace.model).lower(parameters, mutantName).program, trace);
}

/** A step that cannot be taken any more is left out; whoever takes one goes the way there is. */
function ofSketch(sketch: Sketch, trace: TraceDocument, mutantName: string | null): string[] {
  const design = designOf(sketch, trace.parameters);
  const mutant = sketch.mutants.find(({ name }) => name === mutantName);
  const simulation = new SketchSimulation(
    mutant === undefined ? design : mutateDesign(design, mutant),
    [...PROPERTIES.values()].filter(({ name }) => sketch.properties.includes(name)),
  );
  const broken = new Set<string>();
  for (const step of trace.steps) {
    const error = thrownBy(() =>
      simulation.take({ ...sketchStepOf(step), state: null, path: null }),
    );
    if (error === undefined) continue;
    if (!(error instanceof BlockgraphError)) throw error;
    if (error.code === "chart-out-of-bounds") broken.add("bounds");
    else if (error.code !== "log-not-enabled") throw error;
  }
  for (const { property } of simulation.execution.violations) broken.add(property);
  if (!simulation.execution.canGoOn()) broken.add(NO_DEADLOCK);
  return [...broken];
}
