/**
 * `blockgraph export`: a model as an independent checker reads it.
 *
 * What is printed is made of the very program that `blockgraph check` searches, so that the other
 * checker can say whether it finds the same.
 */
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { toPromela } from "../check/export/promela.ts";
import { fileAction } from "../log/file-problem.ts";
import type { Checked, LoweredProgram } from "./check/checked.ts";
import { findChecked } from "./check/find-checked.ts";
import { addParameterOptions, type ParameterOptions, parametersOf } from "./check/options.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { requireFree } from "./file-paths.ts";
import { breathe } from "./leftovers.ts";
import { print } from "./terminal.ts";

interface Options extends ParameterOptions {
  readonly to: "promela";
  readonly mutant?: string;
  readonly out?: string;
  readonly force?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Prints a model in the language of another checker. A comment at its top tells how it is " +
        "run, and which of its numbers must equal which of blockgraph's.",
    )
    .argument("<model>");
  addParameterOptions(command);
  command
    .addOption(
      new Option("--to <language>", "promela: for SPIN").choices(["promela"]).default("promela"),
    )
    .option("--mutant <name>", "export the model with one of its mutants")
    .option("--out <file>", "write to a file (default: stdout)")
    .option("--force", "write over a file that exists")
    .addHelpText("after", HELP)
    .action(exportModel);
}

const HELP = `
Examples:
  $ blockgraph export fleece --to promela --clusters 2 --out fleece.pml
  $ blockgraph export fleece --to promela --mutant guest-does-not-drain

With SPIN and gcc installed, fleece.pml is checked like this:
  spin -a fleece.pml
  gcc -O2 -fwrapv -DSAFETY -DNOREDUCE -o pan pan.c
  ./pan -n -m10000000

${EXIT_HELP}`;

async function exportModel(name: string, options: Options): Promise<void> {
  const { mutant = null, out, force = false } = options;
  if (out !== undefined) requireFree([{ path: out, option: "--out" }], [], force);
  const { program } = await lowered(findChecked(name), parametersOf(options), mutant);
  const text = toPromela(program);
  if (out === undefined) print(text.trimEnd());
  else fileAction(out, "cannot be written", () => writeFileSync(out, text));
}

/** All of it; Ctrl-C is heard meanwhile. */
async function lowered(
  checked: Checked,
  given: ReadonlyMap<string, number>,
  mutant: string | null,
): Promise<LoweredProgram> {
  const lowering = checked.lowering?.(given, mutant, { maxStates: null, maxDepth: null });
  if (lowering === undefined) return checked.lower(given, mutant);
  while (await lowering.advance()) await breathe();
  return lowering.lowered();
}
