/**
 * `blockgraph verify`: models through everything that exists so far. The main command.
 *
 *     simulate    seeded schedules and round robin; the first again, byte for byte
 *     run         on memory and on files, in seeded and in free order
 *     replay      every run's log in the simulator, every record compared
 *     mutants     each must break the property that the model names
 */
import { join } from "node:path";
import type { Command } from "commander";
import { BlockgraphError } from "../error.ts";
import { isAsExpected, type Receipt } from "../report/receipt.ts";
import {
  closingLine,
  propertyLines,
  receiptLine,
  verifySummarySchema,
} from "../report/verify-summary.ts";
import { wholeNumber } from "./arguments.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { findModels } from "./find.ts";
import { paint, print, printJson, progress, warn } from "./terminal.ts";
import { planFor } from "./verify/plan.ts";
import { verifyModel } from "./verify/verify-model.ts";

interface Options {
  readonly seeds?: number;
  readonly reports: string;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Puts models (default: all) through simulations, runs on memory and on files, replays and " +
        "mutants, and writes a receipt and logs of each to reports/MODEL/.",
    )
    .argument("[model...]")
    .option("--seeds <n>", "simulations of each model (default: by its size)", wholeNumber(1))
    .option("--reports <folder>", "where receipts and logs go", "reports")
    .option("--json", "print all receipts as JSON")
    .addHelpText("after", HELP)
    .action(async (names: string[], options: Options) => {
      process.exitCode = await verify(names, options);
    });
}

const HELP = `
Examples:
  $ blockgraph verify fleecing
  $ blockgraph verify fleecing --seeds 20 --json

${EXIT_HELP}`;

async function verify(names: readonly string[], options: Options): Promise<ExitCode> {
  const began = performance.now();
  const models = findModels(names);
  const width = Math.max(...models.map(({ name }) => name.length));
  const receipts: Receipt[] = [];
  for (const model of models) {
    const plan = planFor(model, options.seeds);
    const folder = join(options.reports, model.name);
    const tell = (text: string) => progress(`${model.name.padEnd(width)}   ${text}`);
    const receipt = await named(model.name, verifyModel(model, plan, folder, tell));
    receipts.push(receipt);
    if (!options.json) print(coloured(receipt, receiptLine(receipt, width)));
    if (!isAsExpected(receipt)) explain(receipt);
  }
  const seconds = (performance.now() - began) / 1000;
  if (options.json) {
    const ok = receipts.every(isAsExpected);
    printJson(verifySummarySchema.parse({ kind: "verify", ok, models: receipts, seconds }));
  } else {
    for (const line of propertyLines(receipts)) print(line);
    print(closingLine(receipts, options.reports, seconds));
  }
  return exitCode(receipts);
}

/** An error that is about a model says which. */
async function named<Result>(model: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    throw new BlockgraphError(error.code, `${model}: ${error.message}`);
  }
}

/** Where to look, and how to see it again. */
function explain({ model, violation, mutants }: Receipt): void {
  if (violation !== null) {
    const { log, seq } = violation;
    warn(`${model}: the log is ${log}, the violation at record ${seq}`);
    warn(`  see it again:   npx blockgraph replay ${log} --on sim`);
    warn(`  look at it:     npx blockgraph show ${log} --at ${seq}`);
  }
  for (const { name, caughtBy, seed, seeds } of mutants) {
    if (seed === null) warn(`${model}: mutant ${name} kept ${caughtBy} for ${seeds} seeds`);
  }
}

function coloured(receipt: Receipt, line: string): string {
  const { verdict } = receipt;
  const colour = isAsExpected(receipt) ? "green" : verdict === "undecided" ? "yellow" : "red";
  return line.replace(` ${verdict}`, ` ${paint(colour, verdict)}`);
}

/** A violation that nobody expected weighs more than a doubt. */
function exitCode(receipts: readonly Receipt[]): ExitCode {
  const bad = receipts.filter((receipt) => !isAsExpected(receipt));
  if (bad.some(({ verdict }) => verdict === "violated")) return EXIT.violated;
  return bad.length > 0 ? EXIT.undecided : EXIT.ok;
}
