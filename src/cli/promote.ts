/**
 * `blockgraph promote`: a counterexample becomes a regression test.
 *
 * The log or trace is frozen beside a vitest file that asks two things of it: the design as it
 * should be does not break there, and the mutant with which it was found still does.
 */
import type { Command } from "commander";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { promoteTrace } from "./promote/promote-trace.ts";
import { print, printJson } from "./terminal.ts";

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
  const { test, trace } = await promoteTrace(path, { ...options, force: options.force === true });
  if (options.json) printJson({ kind: "promoted", test, trace });
  else print(`${test} and ${trace} are written; run them with: npx vitest run ${test}`);
  return EXIT.ok;
}
