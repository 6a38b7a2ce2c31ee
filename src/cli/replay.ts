/**
 * `blockgraph replay`: does again what a log says, and compares what follows with the log. A trace
 * of a sketch is a log of its own kind: see replay-trace.ts.
 *
 * On files the recorded order of completions is forced, so a race that was seen once is seen again.
 */
import type { Command } from "commander";
import { Option } from "commander";
import { BlockgraphError } from "../error.ts";
import type { LogRecord } from "../log/record.ts";
import { QEMU_VERSIONS, type QemuVersion } from "../qemu/version.ts";
import type { TraceDocument } from "../report/check/trace-document.ts";
import { type QemuReplay, wrongLine } from "../report/qemu-replay.ts";
import { type ReplaySummary, replayLine, replaySummarySchema } from "../report/replay-summary.ts";
import { closeImages } from "../run/image-set.ts";
import { replayOnImages } from "../run/replay-on-images.ts";
import { replayInSimulation } from "../simulate/replay.ts";
import type { Violation } from "../system/property.ts";
import { nameAndFile, wholeNumber } from "./arguments.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { propertiesOf } from "./find.ts";
import { type GivenImages, openInFolder, readGiven } from "./log-images.ts";
import { type OpenedLog, openLog, upTo } from "./open-log.ts";
import { replayLogOnQemu } from "./replay-on-qemu.ts";
import { replayTrace } from "./replay-trace.ts";
import { print, printJson, warn } from "./terminal.ts";
import { readTrace } from "./trace-file.ts";

interface Options {
  readonly on?: "sim" | "files" | "qemu";
  readonly dir?: string;
  readonly qemu?: QemuVersion;
  readonly binary?: string;
  readonly at?: number;
  readonly image: GivenImages;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const on = new Option("--on <what>", "the simulator, image files, or a QEMU (needed)");
  const qemu = new Option("--qemu <version>", "which QEMU (default: as the log's rules)");
  command
    .description(
      "Replays a log and compares every completion, digest and reply with it; or the " +
        "trace.json of a sketch, and compares every state. Exit status 0: identical, also where " +
        "it is one of a violation.",
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

${EXIT_HELP}`;

async function replay(path: string, options: Options): Promise<ExitCode> {
  const on = requireFitting(options);
  const trace = readTrace(path);
  if (trace !== null) return ofTrace(path, trace, options);
  const log = openLog(path);
  const records = upTo(log.records, options.at);
  const began = performance.now();
  const { difference, violations, last, qemu } = await outcomeOn(on, log, records, options);
  const replayed = records.slice(0, last + 1);
  const summary: ReplaySummary = replaySummarySchema.parse({
    kind: "replay",
    log: path,
    on,
    model: log.start.model,
    mutant: log.start.mutant,
    identical: difference === null,
    difference,
    records: replayed.length,
    requests: replayed.filter(({ kind }) => kind === "io").length,
    digests: replayed.filter((record) => record.kind === "done" && record.digest).length,
    violations,
    ...(qemu !== null && { qemu }),
    seconds: (performance.now() - began) / 1000,
  });
  for (const { property, text, seq } of violations) {
    warn(`the log violates ${property} at record ${seq}: ${text}`);
  }
  for (const wrong of qemu?.wrong ?? []) warn(wrongLine(wrong));
  if (difference !== null) warn(`different: ${difference}`);
  if (options.json) printJson(summary);
  else print(replayLine(summary));
  return difference === null ? EXIT.ok : EXIT.violated;
}

/** @throws BlockgraphError `bad-argument` for options that are missing, or do not go together */
function requireFitting({ on, dir, qemu, binary }: Options): NonNullable<Options["on"]> {
  const problem = problemOf();
  if (on === undefined || problem !== null) {
    throw new BlockgraphError(
      "bad-argument",
      problem ?? "replay needs --on sim, --on qemu, or --on files --dir FOLDER",
    );
  }
  return on;

  function problemOf(): string | null {
    if (on === "files" && dir === undefined) return "--on files needs --dir FOLDER for the images";
    if (on !== undefined && on !== "files" && dir !== undefined) {
      return `--dir is for --on files; use --image for --on ${on}`;
    }
    if (on === "qemu" || on === undefined) return null;
    return (qemu ?? binary) ? "--qemu and --binary are for --on qemu; leave them out" : null;
  }
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

/** Notes how far a replay came. */
function* followed(records: Iterable<LogRecord>, position: { last: number }): Generator<LogRecord> {
  for (const record of records) {
    position.last = record.seq;
    yield record;
  }
}

interface Outcome {
  readonly difference: string | null;
  readonly violations: readonly Violation[];
  /** number of the last record that was replayed */
  readonly last: number;
  readonly qemu: QemuReplay | null;
}

async function outcomeOn(
  on: NonNullable<Options["on"]>,
  log: OpenedLog,
  records: readonly LogRecord[],
  options: Options,
): Promise<Outcome> {
  if (on === "qemu") {
    const { qemu: version, binary, image: given } = options;
    return replayLogOnQemu(log, records, { version, binary, given });
  }
  const position = { last: -1 };
  const reading = followed(records, position);
  const proceed = await (on === "sim" ? onSimulator : onFiles)(log, reading, options);
  try {
    const violations = await proceed();
    return { difference: null, violations, last: position.last, qemu: null };
  } catch (error) {
    // A replay that comes out differently is a result; that it cannot begin is an error.
    const differs =
      error instanceof BlockgraphError &&
      (error.code === "log-mismatch" || error.code === "log-not-enabled");
    if (!differs) throw error;
    const { last } = position;
    return { difference: error.message, violations: [], last, qemu: null };
  }
}

async function onSimulator(log: OpenedLog, records: Iterable<LogRecord>, options: Options) {
  const { start, model } = log;
  const images = readGiven(start.images, options.image);
  const missing = start.images.find(
    ({ filename, extents }) => extents === null && !images.has(filename),
  );
  if (missing !== undefined) {
    throw new BlockgraphError(
      "log-mismatch",
      `image ${missing.filename} was too large to be carried in the log; ` +
        `give it with --image ${missing.filename}=FILE (XXH64 ${missing.digest})`,
    );
  }
  const properties = propertiesOf(model);
  const mutants = model?.mutants ?? [];
  return async () => {
    const { simulation } = replayInSimulation(start, records, { properties, mutants, images });
    return simulation.session.monitor.violations;
  };
}

async function onFiles(log: OpenedLog, records: Iterable<LogRecord>, options: Options) {
  const { start, model } = log;
  const images = openInFolder(options.dir ?? "", start.images, options.image);
  const properties = propertiesOf(model);
  const mutants = model?.mutants ?? [];
  return async () => {
    const session = await replayOnImages(start, records, { images, properties, mutants });
    closeImages(images);
    return session.monitor.violations;
  };
}
