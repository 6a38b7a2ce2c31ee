/**
 * `blockgraph simulate`: commands and requests in, a log of everything that follows from them out.
 *
 * A script says what is asked for; the schedule decides what it leaves open. Nothing is written
 * before the simulation is over, so a script with a mistake in it leaves nothing behind.
 */
import { existsSync, rmSync } from "node:fs";
import { type Command, Option } from "commander";
import { BlockgraphError } from "../error.ts";
import { MemoryLog } from "../log/memory-log.ts";
import type { LogBody, LogRecord } from "../log/record.ts";
import { readLogOrScript } from "../log/script.ts";
import type { LogSink } from "../log/sink.ts";
import { LogWriter } from "../log/writer.ts";
import { Simulation } from "../simulate/simulation.ts";
import { driveScript } from "../system/drive-script.ts";
import { describeModelImage } from "../system/model-image.ts";
import {
  explicitSchedule,
  roundRobinSchedule,
  type Schedule,
  seededSchedule,
} from "../system/schedule.ts";
import { type StartBody, startRecord } from "../system/start.ts";
import { pickList, SEED_MAX, wholeNumber } from "./arguments.ts";
import { CountingLog } from "./counting-log.ts";
import { EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { requireFree } from "./file-paths.ts";
import { findModel, propertiesOf } from "./find.ts";
import { deadlocked, finishSession, isDeadlock, summarise } from "./finish-session.ts";
import { breathe } from "./leftovers.ts";
import { bodyOf, modelOf, warnTorn } from "./open-log.ts";

interface Options {
  readonly schedule?: "seeded" | "round-robin" | "explicit";
  readonly seed?: number;
  readonly picks?: readonly number[];
  readonly model: string;
  readonly out?: string;
  readonly force?: true;
  readonly allowRefused?: true;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const schedules = ["seeded", "round-robin", "explicit"];
  command
    .description(
      "Simulates a script: JSON lines, each the body of a log record (qmp, io, step, fault, " +
        "crash, note). Of a whole log the inputs are taken and the schedule is decided anew.",
    )
    .argument("<script>", "script or log")
    .addOption(new Option("--schedule <kind>", "who decides what goes on next").choices(schedules))
    .option("--seed <n>", "seed of the seeded schedule (default: 0)", wholeNumber(0, SEED_MAX))
    .option("--picks <list>", "picks of the explicit schedule, then always 0", pickList)
    .option("--model <name>", "whose images a script without start record uses", "fleecing")
    .option("--out <file>", "where the log goes (default: stdout)")
    .option("--force", "write over the file of --out")
    .option("--allow-refused", "record commands that are refused and go on")
    .option("--json", "print a summary as JSON; needs --out")
    .addHelpText("after", HELP)
    .action(async (script: string, options: Options) => {
      process.exitCode = await simulate(script, options);
    });
}

const HELP = `
Examples:
  $ blockgraph run fleecing --dir images --log run.jsonl
  $ blockgraph simulate run.jsonl --seed 7 --out again.jsonl
  $ echo '{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"n"}}' > s.jsonl
  $ echo '{"execute":"device_add","arguments":{"driver":"scsi-hd","id":"g","drive":"n"}}' >> s.jsonl
  $ echo '{"kind":"io","through":"g","operation":"read","offset":0,"length":512}' >> s.jsonl
  $ blockgraph simulate s.jsonl --out s.log || test $? = 3

${EXIT_HELP}`;

async function simulate(path: string, options: Options): Promise<ExitCode> {
  const { out, force, json } = options;
  if (json && out === undefined) {
    throw new BlockgraphError("bad-argument", "--json needs --out FILE, where the log goes");
  }
  const made = out === undefined ? [] : [{ path: out, option: "file with --out" }];
  requireFree(made, [path], force === true);
  const schedule = scheduleOf(options);
  const { start, inputs } = readInputs(path, options.model);
  const began = performance.now();
  const log = new MemoryLog();
  const counts = new CountingLog(options.allowRefused ? log : new StrictLog(log));
  const model = modelOf(start, path);
  const properties = propertiesOf(model);
  const mutants = model?.mutants ?? [];
  const simulation = new Simulation(start, { properties, mutants, sink: counts });
  const { session } = simulation;
  let findings: Parameters<typeof summarise>[0] = session;
  try {
    await runBreathing(simulation, driveScript(inputs, session, schedule));
  } catch (error) {
    if (!isDeadlock(error)) throw inScript(path, error);
    findings = deadlocked(error, counts);
  }
  write(log.records, out, force === true);
  const summary = summarise(findings, counts, {
    kind: "simulation",
    model: start.model,
    mutant: start.mutant,
    order: schedule.name,
    log: out ?? null,
    dumps: [],
    seconds: (performance.now() - began) / 1000,
  });
  return finishSession(summary, {
    json: json === true,
    out: out === undefined ? "stderr" : "stdout",
  });
}

function scheduleOf({ schedule, seed, picks }: Options): Schedule {
  const kind = schedule ?? (picks === undefined ? "seeded" : "explicit");
  if (picks !== undefined && kind !== "explicit") {
    throw new BlockgraphError("bad-argument", `--picks is for --schedule explicit, not ${kind}`);
  }
  if (seed !== undefined && kind !== "seeded") {
    throw new BlockgraphError("bad-argument", `--seed is for --schedule seeded, not ${kind}`);
  }
  if (kind === "seeded") return seededSchedule(seed ?? 0);
  return kind === "explicit" ? explicitSchedule(picks ?? []) : roundRobinSchedule();
}

/** The inputs of a script or log, and the start record that they are for. */
function readInputs(path: string, modelName: string): { start: StartBody; inputs: LogBody[] } {
  const source = readLogOrScript(path);
  if (source.type === "log" && source.torn !== null) warnTorn(path, source.torn);
  const bodies =
    source.type === "log"
      ? source.records.map(bodyOf).filter(({ kind }) => INPUTS.has(kind))
      : source.bodies;
  const [first, ...rest] = bodies;
  if (first?.kind === "start") return { start: first, inputs: rest };
  const model = findModel(modelName);
  return { start: startRecord(model, null, model.images.map(describeModelImage)), inputs: bodies };
}

/** Says which script asked for what cannot be done. */
function inScript(path: string, error: unknown): unknown {
  if (!(error instanceof BlockgraphError)) return error;
  return new BlockgraphError(error.code, `${path}: ${error.message}`);
}

/** What a log was told, without what followed from it and in which order. */
const INPUTS: ReadonlySet<LogBody["kind"]> = new Set(["start", "qmp", "io", "crash", "note"]);

/** Stops at a command that is refused: in a script that is more often a mistake than a point. */
class StrictLog implements LogSink {
  readonly #log: LogSink;
  #command = "";

  constructor(log: LogSink) {
    this.#log = log;
  }

  append(body: LogBody): LogRecord {
    if (body.kind === "qmp") this.#command = body.execute;
    if (body.kind !== "error") return this.#log.append(body);
    throw new BlockgraphError(
      "graph-refused",
      `${this.#command} was refused: ${body.desc}; correct the command, ` +
        "or give --allow-refused to record that and go on",
    );
  }
}

async function runBreathing(
  simulation: Simulation,
  drive: ReturnType<typeof driveScript>,
): Promise<void> {
  let last = performance.now();
  let step = drive.next();
  while (!step.done) {
    step = drive.next(simulation.execute(step.value));
    if (performance.now() - last < BREATH_MS) continue;
    await breathe();
    last = performance.now();
  }
}

/** ms that a computation may take before Ctrl-C is heard */
const BREATH_MS = 50;

/** A log that could not be written whole is no log: what this made is taken away again. */
function write(records: readonly LogRecord[], out: string | undefined, overwrite: boolean): void {
  if (out === undefined) {
    for (const record of records) process.stdout.write(`${JSON.stringify(record)}\n`);
    return;
  }
  const isNew = !existsSync(out);
  const writer = LogWriter.create(out, { fsync: "close", overwrite });
  try {
    for (const record of records) writer.append(bodyOf(record));
    writer.close();
  } catch (error) {
    if (isNew) rmSync(out, { force: true });
    throw error;
  }
}
