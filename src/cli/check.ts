/**
 * `blockgraph check`: a model through every interleaving there is.
 *
 *     lower      the model becomes a program, with its bounds filled in
 *     search     every reachable state, or seeded walks where there are too many
 *     report     verdict, receipt, and for whatever was found a trace
 */
import { join } from "node:path";
import type { Command } from "commander";
import { LARGE, startCheck } from "../check/check.ts";
import { resultOfPart } from "../check/part.ts";
import { programDigest } from "../check/program-digest.ts";
import type { CheckResult } from "../check/result.ts";
import { type CheckReceipt, makeCheckReceipt } from "../report/check/receipt.ts";
import { subjectName } from "../report/check/subject.ts";
import { againCommand } from "./check/again-command.ts";
import { findChecked } from "./check/find-checked.ts";
import { lowerInTime } from "./check/lower-in-time.ts";
import { addOptions, checkpointEveryOf, type Options, requireSense } from "./check/options.ts";
import { perform } from "./check/perform.ts";
import { planOf } from "./check/plan.ts";
import { printCheck, printTraces } from "./check/print-check.ts";
import { selectProperties } from "./check/select-properties.ts";
import {
  requireReportsWritable,
  traceFiles,
  writeForCi,
  writeReceipt,
  writeTraces,
} from "./check/write-reports.ts";
import { EXIT_HELP, type ExitCode, exitCodeOf } from "./exit-code.ts";
import { breathe } from "./leftovers.ts";
import { print, printJson } from "./terminal.ts";

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Checks every interleaving of a model within its bounds, and writes a receipt and, for a " +
        "violation, its trace to reports/MODEL/. Holds is said only if all of them were seen.",
    )
    .argument("<model>");
  addOptions(command);
  command.addHelpText("after", HELP).action(async (name: string, options: Options) => {
    process.exitCode = await check(name, options);
  });
}

const HELP = `
Examples:
  $ blockgraph check fleece
  $ blockgraph check fleece --clusters 3 --symmetry off --json
  $ blockgraph check fleece --mutant guest-does-not-drain --junit junit.xml || test $? = 1
  $ blockgraph check surgery-while-fleecing --set depth=2
  $ blockgraph check fleece --symmetry off --max-states 1000 || test $? = 3
  $ blockgraph check fleece --symmetry off --max-states 1000 --checkpoint part || test $? = 3
  $ blockgraph check fleece --symmetry off --resume part --checkpoint part

A walk at random is one path of up to --max-depth steps. One of a swarm is a search of its own that
turns back and goes on until its table is half full or nothing is left: often hundreds of times the
work. The verdict says how many transitions a walk took.

With --checkpoint a checkpoint is written now and then, and when a limit, a time-out or Ctrl-C ends
the check; it is removed once the check is decided. Give --resume and --checkpoint the same folder
to go on and keep it. Threads and limits may differ then; model, bounds, properties, --symmetry,
--por and --coverage may not. Of graph surgery, a table of all graphs is made first: of that there
is no checkpoint, and where a limit, a time-out or Ctrl-C ends it, what there is of it is searched.

Where a model has no symmetry, and --por can be sound, a search that gets to ${LARGE} states begins
again with --por on, unless a checkpoint is kept.

${EXIT_HELP}`;

/** For the search of what there was time for, after which the check is to end. */
const PART_SECONDS = 1;

async function check(wanted: string, options: Options): Promise<ExitCode> {
  const began = performance.now();
  requireSense(options);
  const checked = findChecked(wanted);
  const { name } = checked;
  const mutant = options.mutant ?? null;
  const named = subjectName({ model: name, mutant });
  const lowered = await lowerInTime(checked, named, options);
  const { parameters, bounds, statements, writeLog, part = null } = lowered;
  const { program, notWanted } = selectProperties(name, lowered.program, options.property);
  const digest = programDigest(lowered.program);
  const { source } = checked;
  const subject = { model: name, mutant, digest, bounds, parameters, source, program };
  const plan = planOf(program, options, part !== null);
  const folder = join(options.reports, name);
  requireReportsWritable(folder, options);
  // To compile a large model takes seconds: before them, Ctrl-C is heard once more.
  await breathe();
  const search = startCheck(program, plan.options);
  const startSeconds = (performance.now() - began) / 1000;
  const timeout =
    options.timeout === undefined ? null : Math.max(0, options.timeout - startSeconds);
  const duration = await perform(search, {
    name: named,
    timeout: part === null ? timeout : PART_SECONDS,
    jsonProgress: options.jsonProgress === true,
    checkpointEvery: checkpointEveryOf(options),
  });
  const searched = search.result();
  const result = part === null ? searched : resultOfPart(searched, part);
  const judged = new Set(result.properties.map((property) => property.name));
  const unseen = program.liveness.map(({ property }) => property);
  const notJudged = new Set(unseen.filter((each) => !judged.has(each)));
  const notChecked = [...notWanted, ...notJudged];
  const receipt = makeCheckReceipt(subject, result, {
    method: { ...plan.method, partialOrder: result.reduced },
    seconds: duration.search,
    livenessSeconds: duration.all - duration.search,
    startSeconds,
    notChecked,
    files: traceFiles(folder, result, writeLog !== null),
    residentBytes: process.resourceUsage().maxRSS * 1024,
    coverage: options.coverage === "on",
    node: process.version,
  });
  if (options.json) printJson(receipt);
  else printCheck(subject, result, receipt, statements);
  writeTraces(folder, subject, result, writeLog);
  writeReceipt(folder, receipt);
  writeForCi(options, subject, result, receipt);
  if (!options.json) printNext(name, options, result, receipt);
  return exitCodeOf(receipt.verdict);
}

/** What can be done with what was found. */
function printNext(
  name: string,
  options: Options,
  { walks }: CheckResult,
  receipt: CheckReceipt,
): void {
  printTraces(receipt);
  const walk = walks?.again ?? null;
  if (walk !== null) print(`  walk again:   ${againCommand(name, options, walk)}`);
}
