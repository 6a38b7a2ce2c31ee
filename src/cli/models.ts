/**
 * `blockgraph models`: which models there are, and what is known of each.
 */
import type { Command } from "commander";
import { type ModelOverview, overviewLines, overviewOf } from "../report/model-overview.ts";
import type { Model } from "../system/model.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { findModels } from "./find.ts";
import { checkReceiptOf, verifyReceiptOf } from "./model-receipts.ts";
import { print, printJson, progress } from "./terminal.ts";

interface Options {
  readonly reports: string;
  readonly json?: boolean;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Lists models: what each says of itself, and what verify and check found out about it, " +
        "as far as their receipts in reports/MODEL/ are of the model as it stands.",
    )
    .argument("[model...]", "which; default: all")
    .option("--reports <folder>", "where the receipts are", "reports")
    .option("--json", "print everything as JSON, with the idea and the bounds of each")
    .addHelpText("after", HELP)
    .action((names: readonly string[], { reports, json = false }: Options) => {
      const models = findModels(names).map((model) => overview(model, reports));
      if (json) printJson({ kind: "models", models });
      else for (const line of overviewLines(models)) print(line);
    });
}

function overview(model: Model, reports: string): ModelOverview {
  progress(model.name);
  const check = checkReceiptOf(model.name, reports)?.receipt ?? null;
  return overviewOf(model, verifyReceiptOf(model, reports), check);
}

const HELP = `
Examples:
  $ blockgraph models
  $ blockgraph models fleecing fleecing-cache-ram --json

${EXIT_HELP}`;
