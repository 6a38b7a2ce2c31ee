/**
 * Freezes a counterexample beside a vitest file that asks two things of it: the design as it should
 * be does not break there, and the mutant with which it was found still does.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { SKETCHES } from "../../../models/sketches.ts";
import { brokenAlong } from "../../check/retrace.ts";
import { BlockgraphError } from "../../error.ts";
import { EXPLORED, type TraceDocument } from "../../report/check/trace-document.ts";
import { type Regression, regressionTest } from "../../report/regression-test.ts";
import { replayInSimulation } from "../../simulate/replay.ts";
import { SketchSimulation } from "../../simulate/sketch-simulation.ts";
import { propertiesOf } from "../find.ts";
import { openLog } from "../open-log.ts";
import { followTrace, openTrace, openTracedProgram } from "../sketch-trace.ts";
import { readTrace } from "../trace-file.ts";

/** Where a test goes. */
export interface Promotion {
  /** folder in the `test/` of a repository of blockgraph */
  readonly out: string;
  /** what the test is called; absent: model and mutant or property */
  readonly name?: string | undefined;
  /** write over a test of that name */
  readonly force: boolean;
}

/**
 * Writes the test, and beside it the trace.
 * @param path log or trace that shows a violation
 * @returns paths of the two files
 * @throws BlockgraphError `bad-argument`, `log-mismatch`, `model-unknown`: nothing is written
 */
export async function promoteTrace(
  path: string,
  { out, name: wanted, force }: Promotion,
): Promise<{ readonly test: string; readonly trace: string }> {
  const support = importOfSupport(out);
  const document = readTrace(path);
  const found = document === null ? ofLog(path) : await ofTrace(path, document);
  const name = wanted ?? `${found.model}-${found.mutant ?? found.property}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new BlockgraphError("bad-argument", `--name ${name}: give a plain name, without folders`);
  }
  const file = `${name}${document === null ? ".jsonl" : ".trace"}`;
  const test = join(out, `${name}.test.ts`);
  const trace = join(out, file);
  for (const made of [test, trace]) {
    if (!existsSync(made) || force) continue;
    throw new BlockgraphError("bad-argument", `${made} exists; give --force, or another --name`);
  }
  mkdirSync(out, { recursive: true });
  copyFileSync(path, trace);
  writeFileSync(test, regressionTest({ ...found, file, support }));
  return { test, trace };
}

/** Where a repository has what promoted tests import. */
const TESTS = "test";
const SUPPORT = join("support", "regression.ts");

/**
 * How a test in a folder imports its support: vitest looks for tests in test/, at any depth.
 * @throws BlockgraphError `bad-argument` for a folder in which it would not be found, or not run
 */
function importOfSupport(folder: string): string {
  const place = resolve(folder);
  for (let above = place; above !== dirname(above); above = dirname(above)) {
    if (basename(above) !== TESTS || !existsSync(join(above, SUPPORT))) continue;
    const path = relative(place, join(above, SUPPORT));
    return path.startsWith(".") ? path : `./${path}`;
  }
  throw new BlockgraphError(
    "bad-argument",
    `--out ${folder} is not in the ${TESTS}/ of a repository of blockgraph, so the test would ` +
      "not run; name a folder there",
  );
}

type Found = Omit<Regression, "file" | "support">;

/**
 * A trace must show what it says, or the test would guard nothing. One of a sketch is followed on
 * bytes as far as something breaks there; that something waits for ever is shown by its program,
 * and so is whatever else a model's trace says.
 */
async function ofTrace(path: string, document: TraceDocument): Promise<Found> {
  const { model, mutant, finding } = document;
  if (finding.property === EXPLORED) {
    throw new BlockgraphError(
      "bad-argument",
      `${path} shows no violation: nothing breaks on it, so there is nothing to test`,
    );
  }
  const difference =
    SKETCHES.has(model) && finding.kind !== "liveness"
      ? await onBytes(path, document)
      : inProgram(path, document);
  if (difference !== null) {
    throw new BlockgraphError("log-mismatch", `${path} does not replay: ${difference}`);
  }
  return { model, mutant, property: finding.property, message: finding.message };
}

/** What differs in one line; null: nothing. */
async function onBytes(path: string, document: TraceDocument): Promise<string | null> {
  const trace = openTrace(path, document);
  const simulation = new SketchSimulation(trace.design, trace.properties);
  return (await followTrace(trace, simulation, document.steps.length)).difference;
}

function inProgram(path: string, document: TraceDocument): string | null {
  const { finding, loop } = document;
  const { property, kind } = finding;
  if (kind === "liveness" && loop === null)
    return `${property} is to be broken, and nothing repeats`;
  const broken = brokenAlong(openTracedProgram(path, document), document);
  if (broken.includes(property)) return null;
  if (kind === "liveness") return `nothing that ${property} is about waits for ever on its loop`;
  return `${property} is not broken, and the trace says that it is`;
}

function ofLog(path: string): Found {
  const { start, records, model } = openLog(path);
  if (model === undefined) {
    throw new BlockgraphError("model-unknown", `${path} is about '${start.model}', no model here`);
  }
  const options = { properties: propertiesOf(model), mutants: model.mutants };
  const { simulation } = replayInSimulation(start, records, options);
  const [violation] = simulation.session.monitor.violations;
  if (violation === undefined) {
    throw new BlockgraphError(
      "bad-argument",
      `${path} shows no violation to a simulation; name the log of a counterexample, or of a ` +
        "check its trace.json",
    );
  }
  const { property, text: message } = violation;
  return { model: start.model, mutant: start.mutant, property, message };
}
