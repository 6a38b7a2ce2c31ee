/**
 * What the event log costs beside plain JSON: records written and read per second.
 *
 * A million records of the usual mix (a quarter `io`, half `step`, a quarter `done`) are written
 * to a file and read back with everything checked: JSON, chain, schema. Beside them, in the same
 * round, the same records go through JSON.stringify or JSON.parse alone, in memory: the least that
 * any reader or writer of JSON lines must do. The order alternates from round to round and each
 * round is compared with its neighbour, so that what else the machine does falls on both; medians
 * are reported. No data is forced to the disk. Set TMPDIR to choose its place.
 *
 *     npm run build && node dist/bench/log.js
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLog } from "../src/log/reader.ts";
import type { LogBody } from "../src/log/record.ts";
import { scanLog } from "../src/log/scan.ts";
import { LogWriter } from "../src/log/writer.ts";

const RECORDS = 1_000_000;
const ROUNDS = 7;

/** One line of the result. */
export interface LogMeasurement {
  readonly what: string;
  /** of the log */
  readonly recordsPerSecond: number;
  /** of plain JSON, in memory */
  readonly plainPerSecond: number;
  /** time of the log / time of plain JSON */
  readonly ratio: number;
}

/** Measures and prints, one line for each direction. Takes about half a minute. */
export function benchLog(print: (line: string) => void = console.log): LogMeasurement[] {
  const directory = mkdtempSync(join(tmpdir(), "blockgraph-bench-"));
  const path = join(directory, "run.jsonl");
  try {
    write(path);
    const text = readFileSync(path, "latin1");
    print("what                       records/s   plain JSON/s   ratio");
    return [
      compare("write", () => write(path), stringify, print),
      compare(
        "scan, one at a time",
        () => scan(path),
        () => parse(text),
        print,
      ),
      compare(
        "read, all kept",
        () => readLog(path).records.length,
        () => parseAll(text),
        print,
      ),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Record number `index` of the mix: a write, two steps and a completion, over and over. */
function bodyAt(index: number): LogBody {
  const request = index >> 2;
  switch (index % 4) {
    case 0:
      return {
        kind: "io",
        request,
        through: "guest",
        operation: "write",
        offset: (request * 65536) % 2 ** 32,
        length: 65536,
        data: { seed: request },
      };
    case 3:
      return { kind: "done", request, errno: null, digest: "0123456789abcdef" };
    default:
      return { kind: "step", agent: request % 50, event: "DONE" };
  }
}

function write(path: string): number {
  const writer = LogWriter.create(path, { fsync: "never", overwrite: true });
  for (let index = 0; index < RECORDS; index++) writer.append(bodyAt(index));
  writer.close();
  return RECORDS;
}

function stringify(): number {
  const prev = "0123456789abcdef";
  let characters = 0;
  for (let seq = 0; seq < RECORDS; seq++) {
    characters += JSON.stringify({ v: 1, seq, prev, ...bodyAt(seq) }).length;
  }
  return characters > 0 ? RECORDS : 0;
}

function scan(path: string): number {
  let count = 0;
  for (const { seq } of scanLog(path)) if (seq === count) count += 1;
  return count;
}

function parse(text: string): number {
  let count = 0;
  for (const line of linesOf(text)) if (JSON.parse(line).seq === count) count += 1;
  return count;
}

function parseAll(text: string): number {
  const values: unknown[] = [];
  for (const line of linesOf(text)) values.push(JSON.parse(line));
  return values.length;
}

function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (;;) {
    const end = text.indexOf("\n", start);
    if (end === -1) return;
    yield text.substring(start, end);
    start = end + 1;
  }
}

function compare(
  what: string,
  log: () => number,
  plain: () => number,
  print: (line: string) => void,
): LogMeasurement {
  const rounds: { log: number; plain: number }[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const first = seconds(round % 2 === 0 ? log : plain);
    const second = seconds(round % 2 === 0 ? plain : log);
    const [ofLog, ofPlain] = round % 2 === 0 ? [first, second] : [second, first];
    if (round > 0) rounds.push({ log: ofLog, plain: ofPlain });
  }
  const result = {
    what,
    recordsPerSecond: RECORDS / median(rounds.map((round) => round.log)),
    plainPerSecond: RECORDS / median(rounds.map((round) => round.plain)),
    ratio: median(rounds.map((round) => round.log / round.plain)),
  };
  print(format(result));
  return result;
}

/** Time of one run, which must have seen every record. */
function seconds(run: () => number): number {
  const start = performance.now();
  const seen = run();
  const elapsed = (performance.now() - start) / 1000;
  if (seen !== RECORDS) throw new Error(`${seen} records seen, expected ${RECORDS}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function format({ what, recordsPerSecond, plainPerSecond, ratio }: LogMeasurement): string {
  const [log = "", plain = ""] = [recordsPerSecond, plainPerSecond].map((perSecond) =>
    `${(perSecond / 1000).toFixed(0)} k`.padStart(12),
  );
  return `${what.padEnd(24)}${log}   ${plain}   ${ratio.toFixed(2).padStart(5)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchLog();
