/**
 * Long runs: models on image files with thousands of random requests beside their own, 64 of them
 * in flight, every property of the model watching; then each log is replayed in the simulator.
 *
 * A model passes if it kept what it promises (one that does not hold may break it), if its log
 * replays record by record with the same digests, and if the simulator's images end up as the files
 * are. The exit status says whether all did. Rates are requests a second of processor time, of all
 * threads, so that they say the same where other work goes on.
 *
 *     npm run build && node dist/bench/long-runs.js                      # every model, 10,000 each
 *     node dist/bench/long-runs.js --requests 2000 --seed 7 fleecing     # as one likes
 */
import fs from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MODELS } from "../models/index.ts";
import { propertiesOf } from "../src/cli/find.ts";
import { isDeadlock } from "../src/cli/finish-session.ts";
import { withTemporaryFolder } from "../src/cli/leftovers.ts";
import { bodyOf } from "../src/cli/open-log.ts";
import { BlockgraphError } from "../src/error.ts";
import { readLog } from "../src/log/reader.ts";
import { LogWriter } from "../src/log/writer.ts";
import { closeImages, imagesInFolder } from "../src/run/image-set.ts";
import { runModel } from "../src/run/run-model.ts";
import { replayInSimulation } from "../src/simulate/replay.ts";
import type { Model } from "../src/system/model.ts";
import type { Violation } from "../src/system/property.ts";
import { seededSchedule } from "../src/system/schedule.ts";
import { withRandomRequests } from "../src/system/with-random-requests.ts";

export interface LongRunSize {
  /** random requests, beside those of the model */
  readonly requests: number;
  /** how many of them are in flight */
  readonly depth: number;
  readonly seed: number;
}

/** What a long run came to. */
export interface LongRun {
  /** requests that ended, the model's own included */
  readonly requests: number;
  /** completions with a digest of what was read */
  readonly digests: number;
  readonly violations: readonly Violation[];
  /** what came out differently in the simulator; null: nothing */
  readonly difference: string | null;
  /** seconds of processor time that the run and its replay took */
  readonly ran: number;
  readonly replayed: number;
}

/** Runs a model on files in free order, and replays its log. */
export function longRun(model: Model, size: LongRunSize): Promise<LongRun> {
  return withTemporaryFolder(async (folder) => {
    const log = join(folder, "run.jsonl");
    const began = processorSeconds();
    const violations = await run(model, size, folder, log);
    const ended = processorSeconds();
    const { records } = readLog(log);
    const done = records.filter((record) => record.kind === "done");
    const difference = differenceInSimulation(model, log, folder);
    return {
      requests: done.length,
      digests: done.filter(({ digest }) => digest !== undefined).length,
      violations,
      difference,
      ran: ended - began,
      replayed: processorSeconds() - ended,
    };
  });
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function run(
  model: Model,
  { requests, depth, seed }: LongRunSize,
  folder: string,
  path: string,
): Promise<readonly Violation[]> {
  const sink = LogWriter.create(path, { fsync: "never" });
  const images = imagesInFolder(folder, model.images);
  try {
    const { monitor } = await runModel(withRandomRequests(model, requests, depth), {
      images,
      recordedAs: model,
      properties: propertiesOf(model),
      mutant: null,
      order: "free",
      schedule: seededSchedule(seed),
      sink,
      dumped: () => {},
    });
    return monitor.violations;
  } catch (error) {
    if (!isDeadlock(error)) throw error;
    return [{ property: "no-deadlock", text: error.message, seq: -1 }];
  } finally {
    closeImages(images);
    sink.close();
  }
}

function differenceInSimulation(model: Model, path: string, folder: string): string | null {
  const { records } = readLog(path);
  const [first] = records;
  const start = first === undefined ? null : bodyOf(first);
  if (start?.kind !== "start") throw new RangeError("a log without start record");
  const { mutants } = model;
  try {
    const { simulation, derived } = replayInSimulation(start, records, { properties: [], mutants });
    if (derived.text() !== fs.readFileSync(path, "utf8")) return "the replay gives another log";
    for (const [filename, { content }] of simulation.images) {
      const file = join(folder, filename);
      // What is in memory is gone.
      if (!fs.existsSync(file)) continue;
      if (!fs.readFileSync(file).equals(content)) return `${filename} is another one there`;
    }
    return null;
  } catch (error) {
    if (error instanceof BlockgraphError) return error.message;
    throw error;
  }
}

/** The line of a table. */
function lineOf({ name, expected }: Model, found: LongRun): { line: string; passed: boolean } {
  const { requests, digests, violations, difference, ran, replayed } = found;
  const [broken] = violations;
  const kept = broken === undefined ? "holds" : "violated";
  const passed = difference === null && (broken === undefined || expected.verdict === "violated");
  const numbers = [
    `${name.padEnd(34)} ${String(requests).padStart(6)} requests`,
    `${String(Math.round(requests / ran)).padStart(5)}/s`,
    `${kept.padEnd(8)} replayed ${difference === null ? "equal" : "DIFFERENT"}`,
    `${String(Math.round(requests / replayed)).padStart(6)}/s`,
    `${String(digests).padStart(5)} digests`,
  ];
  const problem = passed ? "" : `  ${difference ?? `${broken?.property}: ${broken?.text}`}`;
  return { line: numbers.join("  ") + problem, passed };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      requests: { type: "string", default: "10000" },
      depth: { type: "string", default: "64" },
      seed: { type: "string", default: "1" },
    },
  });
  const size = {
    requests: Number(values.requests),
    depth: Number(values.depth),
    seed: Number(values.seed),
  };
  const chosen = [...MODELS.values()].filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  for (const model of chosen) {
    const { line, passed } = lineOf(model, await longRun(model, size));
    console.log(line);
    if (!passed) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
