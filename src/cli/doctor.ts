/**
 * `blockgraph doctor`: is a simulation here what it is elsewhere?
 *
 * Every model is simulated several times from the same seed. Each record carries the hash of the
 * one before, so two logs whose last lines are equal are equal altogether.
 */
import type { Command } from "commander";
import { hasher } from "../log/chain.ts";
import { MemoryLog } from "../log/memory-log.ts";
import { checkLines, type DoctorCheck, doctorReportSchema } from "../report/doctor-report.ts";
import { simulateModel } from "../simulate/simulate-model.ts";
import type { Model } from "../system/model.ts";
import { seededSchedule } from "../system/schedule.ts";
import { wholeNumber } from "./arguments.ts";
import { environmentChecks } from "./environment.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { findModels, propertiesOf } from "./find.ts";
import { breathe } from "./leftovers.ts";
import { print, printJson, progress } from "./terminal.ts";

interface Options {
  readonly runs: number;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Simulates models (default: all) again and again from the same seed and compares the logs " +
        "byte for byte; then looks at Node, the file system and the tools that are installed.",
    )
    .argument("[model...]")
    .option("--runs <n>", "simulations of each model", wholeNumber(2), 2)
    .option("--json", "print the report as JSON")
    .addHelpText("after", HELP)
    .action(async (names: string[], options: Options) => {
      process.exitCode = await doctor(names, options);
    });
}

const HELP = `
Examples:
  $ blockgraph doctor fleecing --runs 5

${EXIT_HELP}`;

async function doctor(names: readonly string[], options: Options): Promise<ExitCode> {
  const began = performance.now();
  const checks: DoctorCheck[] = [];
  for (const model of findModels(names)) checks.push(await isDeterministic(model, options.runs));
  checks.push(...(await environmentChecks()));
  const ok = checks.every(({ state }) => state !== "failed");
  const seconds = (performance.now() - began) / 1000;
  if (options.json) printJson(doctorReportSchema.parse({ kind: "doctor", ok, checks, seconds }));
  else for (const line of checkLines(checks)) print(line);
  return ok ? EXIT.ok : EXIT.violated;
}

async function isDeterministic(model: Model, runs: number): Promise<DoctorCheck> {
  const ends = new Set<string>();
  let records = 0;
  for (let run = 0; run < runs; run++) {
    progress(`${model.name}: simulation ${run + 1} of ${runs}`);
    await breathe();
    const sink = new MemoryLog();
    const properties = propertiesOf(model);
    simulateModel(model, { properties, mutant: null, schedule: seededSchedule(0), sink });
    records = sink.records.length;
    ends.add(hasher.digest(Buffer.from(JSON.stringify(sink.records.at(-1)))));
  }
  const name = `simulate ${model.name}`;
  if (ends.size === 1) {
    const detail = `${runs} simulations, ${records} records, hash ${[...ends][0]}: identical`;
    return { name, state: "ok", detail, remedy: null };
  }
  const detail = `${runs} simulations of one seed gave ${ends.size} logs`;
  return {
    name,
    state: "failed",
    detail,
    remedy: "a chart or driver depends on chance; report it",
  };
}
