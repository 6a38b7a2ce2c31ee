/**
 * `blockgraph promote`: a counterexample becomes a regression test.
 *
 * The log or trace is frozen beside a vitest file that asks two things of it: the design as it
 * should be does not break there, and the mutant with which it was found still does.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { SKETCHES } from "../../models/sketches.ts";
import { brokenAlong } from "../check/retrace.ts";
import { BlockgraphError } from "../error.ts";
import type { TraceDocument } from "../report/check/trace-document.ts";
import { type Regression, regressionTest } from "../report/regression-test.ts";
import { replayInSimulation } from "../simulate/replay.ts";
import { SketchSimulation } from "../simulate/sketch-simulation.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { propertiesOf } from "./find.ts";
import { openLog } from "./open-log.ts";
import { followTrace, openTrace, openTracedProgram } from "./sketch-trace.ts";
import { print, printJson } from "./terminal.ts";
import { readTrace } from "./trace-file.ts";

interface Options {
  readonly out: string;
  readonly name?: string;
  readonly force?: true;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Writes a vitest regression test for a counterexample: a log, or the trace.json of a check.",
    )
    .argument("<trace>", "log or trace that shows a violation")
    .option("--out <folder>", "where test and trace go; a folder in test/", "test/regressions")
    .option("--name <name>", "what the test is called (default: model and mutant or property)")
    .option("--force", "write over a test of that name")
    .option("--json", "print the names of the files as JSON")
    .addHelpText("after", HELP)
    .action(async (trace: string, options: Options) => {
      process.exitCode = await promote(trace, options);
    });
}

const HELP = `
Examples:
  $ blockgraph check fleece --mutant guest-does-not-drain || test $? = 1
  $ blockgraph promote reports/fleece/trace.json
  $ blockgraph promote reports/fleece/trace.json --out test/regressions/drains --name guest

The test belongs to the repository of blockgraph: it imports test/support from there.

${EXIT_HELP}`;

async function promote(path: string, options: Options): Promise<ExitCode> {
  const support = importOfSupport(options.out);
  const trace = readTrace(path);
  const found = trace === null ? ofLog(path) : await ofTrace(path, trace);
  const name = options.name ?? `${found.model}-${found.mutant ?? found.property}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new BlockgraphError("bad-argument", `--name ${name}: give a plain name, without folders`);
  }
  const file = `${name}${trace === null ? ".jsonl" : ".trace"}`;
  const test = join(options.out, `${name}.test.ts`);
  const frozen = join(options.out, file);
  for (const made of [test, frozen]) {
    if (!existsSync(made) || options.force) continue;
    throw new BlockgraphError("bad-argument", `${made} exists; give --force, or another --name`);
  }
  mkdirSync(options.out, { recursive: true });
  copyFileSync(path, frozen);
  writeFileSync(test, regressionTest({ ...found, file, support }));
  if (options.json) printJson({ kind: "promoted", test, trace: frozen });
  else print(`${test} and ${frozen} are written; run them with: npx vitest run ${test}`);
  return EXIT.ok;
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
