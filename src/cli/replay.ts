/**
 * `blockgraph replay`: does again what a log says, and compares what follows with the log. A trace
 * of a sketch is a log of its own kind: see replay-trace.ts.
 *
 * On files the recorded order of completions is forced, so a race that was seen once is seen again.
 * A QEMU cannot be told when things happen within a request: there it is one after the other.
 */
import type { Command } from "commander";
import { Option } from "commander";
import { BlockgraphError } from "../error.ts";
import type { TraceDocument } from "../report/check/trace-document.ts";
import { wrongLine } from "../report/qemu-replay.ts";
import { replayLine } from "../report/replay-summary.ts";
import { QEMU_VERSIONS } from "../vocabulary.ts";
import { nameAndFile, wholeNumber } from "./arguments.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { logReplay } from "./replay/log-replay.ts";
import { type Options, requireFitting } from "./replay/options.ts";
import { replayTrace } from "./replay-trace.ts";
import { print, printJson, warn } from "./terminal.ts";
import { readTrace } from "./trace-file.ts";

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const on = new Option("--on <what>", "the simulator, image files, or a QEMU (needed)");
  const qemu = new Option("--qemu <version>", "which QEMU (default: as the log's rules)");
  command
    .description(
      "Replays a log and compares every completion, digest and reply with it; or the " +
        "trace.json of a sketch, and compares every state. Exit status 0: identical, also where " +
        "it is one of a violation; 3: a QEMU agrees, but what the log shows needs requests that " +
        "overlap, which QEMU cannot be told.",
    )
    .argument("<log>")
    .addOption(on.choices(["sim", "files", "qemu"]))
    .option("--dir <folder>", "where the images are, or are made from the log (with --on files)")
    .addOption(qemu.choices([...QEMU_VERSIONS]))
    .option("--binary <path>", "the machine (with --on qemu; default: qemu-system-x86_64)")
    .option("--at <n>", "stop after record number n; of a trace, after step n", wholeNumber(0))
    .option("--image <name=file>", "an image that the log does not carry", nameAndFile, new Map())
    .option("--json", "print a summary as JSON")
    .addHelpText("after", HELP)
    .action(async (log: string, options: Options) => {
      process.exitCode = await replay(log, options);
    });
}

const HELP = `
Examples:
  $ blockgraph run fleecing --dir images --log run.jsonl
  $ blockgraph replay run.jsonl --on sim
  $ blockgraph replay run.jsonl --on files --dir again
  $ blockgraph check fleece --mutant guest-does-not-drain || test $? = 1
  $ blockgraph replay reports/fleece/trace.json --on files --dir sketched

With Debian's qemu-system-x86 and qemu-utils installed:
  blockgraph check two-backups-move-the-view || test $? = 1
  blockgraph replay reports/two-backups-move-the-view/trace.jsonl --on qemu

${EXIT_HELP}`;

async function replay(path: string, options: Options): Promise<ExitCode> {
  const on = requireFitting(options);
  const trace = readTrace(path);
  if (trace !== null) return ofTrace(path, trace, options);
  const summary = await logReplay(path, on, options);
  const { identical, difference, violations, qemu } = summary;
  for (const { property, text, seq } of violations) {
    warn(`the log violates ${property} at record ${seq}: ${text}`);
  }
  for (const wrong of qemu?.wrong ?? []) warn(wrongLine(wrong));
  if (difference !== null) warn(`different: ${difference}`);
  if (options.json) printJson(summary);
  else print(replayLine(summary));
  if (identical) return EXIT.ok;
  return difference === null ? EXIT.undecided : EXIT.violated;
}

/** A trace of a check has no images: they follow from its parameters. */
function ofTrace(path: string, trace: TraceDocument, options: Options): Promise<ExitCode> {
  const { on, dir, at, image, json } = options;
  if (on === "qemu") {
    throw new BlockgraphError(
      "log-not-for-qemu",
      `${path} is the trace of a sketch, which has no graph; replay it with --on sim or --on files`,
    );
  }
  if (image.size > 0) {
    throw new BlockgraphError("bad-argument", `--image is for logs, and ${path} is a trace`);
  }
  return replayTrace(path, trace, { folder: dir ?? null, at, json: json === true });
}
