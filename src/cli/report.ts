/**
 * `blockgraph report`: the site, made of what other commands left in the reports folder.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { instance } from "@viz-js/viz";
import type { Command } from "commander";
import { BlockgraphError } from "../error.ts";
import { fileAction } from "../log/file-problem.ts";
import { packageFile } from "../package-file.ts";
import type { TraceDocument } from "../report/check/trace-document.ts";
import { conformReceiptSchema } from "../report/conform/receipt.ts";
import { readRecords } from "../report/player/read-records.ts";
import type { PageDocument } from "../report/site/page-document.ts";
import { PAGE_KINDS } from "../report/site/page-kinds.ts";
import { runSummary, runSummarySchema } from "../report/site/run-summary.ts";
import type { GivenLog, ModelEvidence, SiteInput } from "../report/site/site-input.ts";
import { siteReportLines, siteReportSchema } from "../report/site/site-report.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandEntry } from "./command-module.ts";
import { describedCommands } from "./described-commands.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { findModels } from "./find.ts";
import { breathe } from "./leftovers.ts";
import { readDocument } from "./model-receipts.ts";
import { type Gathering, gatherModel } from "./report/gather.ts";
import { gatherSketches } from "./report/gather-sketches.ts";
import { gatherSurgeries } from "./report/gather-surgeries.ts";
import { addTryIt } from "./report/try-it.ts";
import { write, writeSite } from "./report/write-site.ts";
import { print, printJson, progress, warn } from "./terminal.ts";
import { readTrace } from "./trace-file.ts";

interface Options {
  readonly out: string;
  readonly reports: string;
  readonly log: readonly string[];
  readonly run: boolean;
  readonly time: number;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command, all: readonly CommandEntry[]): void {
  command
    .description(
      "Makes the site: a page for every model with its graph, charts, properties and " +
        "verdict, and a run of it to step through. Receipts and logs are those in the reports " +
        "folder; where there is no log, a short search or a simulation makes one.",
    )
    .option("--out <folder>", "where the site goes", join("reports", "site"))
    .option("--reports <folder>", "where receipts and logs are", "reports")
    .option("--log <file>", "make a page of a log, or of a trace; may be repeated", collect, [])
    .option("--time <seconds>", "for each search that is missing", wholeNumber(1), 10)
    .option("--no-run", "search and simulate nothing: show what is there")
    .option("--json", "print what was made as JSON")
    .addHelpText("after", HELP)
    .action((options: Options) => report(options, all));
}

const HELP = `
Examples:
  $ blockgraph report --no-run --out site

A run on real images, to be stepped through:
  blockgraph run fleecing --dir images --log run.jsonl
  blockgraph report --log run.jsonl

All that there is to show takes some minutes to find out:
  blockgraph verify
  blockgraph report

The site is files: open reports/site/index.html, or put the folder on any web server.

${EXIT_HELP}`;

async function report(options: Options, all: readonly CommandEntry[]): Promise<void> {
  const { out, reports, log, run, time, json } = options;
  const began = performance.now();
  fileAction(out, "cannot be made", () => mkdirSync(out, { recursive: true }));
  const logs = log.map(givenLog);
  const gathering = { reports, out, seconds: run ? time : null };
  const input = await gather(gathering, logs, await describedCommands(all));
  const gathered = performance.now();
  const pages = addTryIt(out, await makePages(input), input);
  const paths = new Set(pages.map(({ path }) => path));
  const entries = PAGE_KINDS.flatMap((kind) => kind.entries);
  const navigation = entries.filter(({ path }) => paths.has(path));
  const written = writeSite(out, { title: "blockgraph", navigation, pages });
  const { models } = input;
  write(summaryPath(out), `${JSON.stringify(runSummary(models), null, 2)}\n`);
  const done = siteReportSchema.parse({
    ...{ kind: "report", out, pages: pages.length, models: models.length, ...written },
    unchecked: namesWithout(models, "check"),
    unverified: namesWithout(models, "verify"),
    seconds: {
      gathering: (gathered - began) / 1000,
      making: (performance.now() - gathered) / 1000,
    },
  });
  if (written.assets === "missing") {
    warn("blockgraph: the script of the pages is not built, so they stay empty: npm run build");
  }
  if (json) printJson(done);
  else for (const line of siteReportLines(done)) print(line);
}

function collect(path: string, before: readonly string[]): string[] {
  return [...before, path];
}

/** @throws BlockgraphError `bad-argument` for a file that cannot be read */
function givenLog(path: string): GivenLog {
  return { file: basename(path), content: wholeTrace(path) ?? readRecords(path) };
}

/** The trace of a check; null: it is none, or damaged, and then its lines are shown. */
function wholeTrace(path: string): TraceDocument | null {
  try {
    return readTrace(path);
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code !== "log-broken") throw error;
    return null;
  }
}

async function gather(
  gathering: Gathering,
  logs: readonly GivenLog[],
  commands: readonly Command[],
): Promise<SiteInput> {
  const models: ModelEvidence[] = [];
  const all = findModels([]);
  for (const [index, model] of all.entries()) {
    progress(`${index + 1} of ${all.length}   ${model.name}`);
    models.push(await gatherModel(model, gathering));
    await breathe();
  }
  const { reports, out } = gathering;
  return {
    viz: await instance(),
    models,
    sketches: await gatherSketches(gathering),
    surgeries: gatherSurgeries(gathering),
    logs,
    conform: readDocument(join(reports, "conform", "receipt.json"), conformReceiptSchema),
    commands,
    previous: readDocument(summaryPath(out), runSummarySchema),
    source: sourceText,
  };
}

async function makePages(input: SiteInput): Promise<PageDocument[]> {
  const pages: PageDocument[] = [];
  for (const { make } of PAGE_KINDS) {
    for (const page of make(input)) {
      progress(`page ${pages.length + 1}   ${page.path}`);
      pages.push(page);
      await breathe();
    }
  }
  return pages;
}

/** Beside the site: what it says, for the next one to compare. */
function summaryPath(out: string): string {
  return join(out, "summary.json");
}

function namesWithout(models: readonly ModelEvidence[], receipt: "check" | "verify"): string[] {
  return models.filter((each) => each[receipt] === null).map(({ model }) => model.name);
}

function sourceText(path: string): string | null {
  try {
    return readFileSync(packageFile(path), "utf8");
  } catch {
    return null;
  }
}
