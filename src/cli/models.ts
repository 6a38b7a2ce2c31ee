/**
 * `blockgraph models`: which models there are, and what is known of each.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { z } from "zod";
import { programDigest } from "../check/program-digest.ts";
import { parseJson } from "../log/parse-json.ts";
import { checkReceiptSchema } from "../report/check/receipt.ts";
import { type ModelOverview, overviewLines, overviewOf } from "../report/model-overview.ts";
import { receiptSchema } from "../report/receipt.ts";
import type { Model } from "../system/model.ts";
import { modelDigest } from "../system/start.ts";
import { findChecked } from "./check/find-checked.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { findModels } from "./find.ts";
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
  const folder = join(reports, model.name);
  const receipt = read(join(folder, "verify.json"), receiptSchema);
  const check = read(join(folder, "receipt.json"), checkReceiptSchema);
  return overviewOf(
    model,
    receipt?.digest === modelDigest(model) ? receipt : null,
    check !== null && check.digest === digestOf(model) ? check : null,
  );
}

/** What the model is to a checker in its own bounds. */
function digestOf({ name }: Model): string {
  return programDigest(findChecked(name).lower(new Map(), null).program);
}

/** A receipt; null: there is none, or none that this version wrote. */
function read<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  return schema.safeParse(parseJson(text)).data ?? null;
}

const HELP = `
Examples:
  $ blockgraph models
  $ blockgraph models fleecing fleecing-cache-ram --json

${EXIT_HELP}`;
