/**
 * What the way through a storage costs beside the plain calls of node:fs.
 *
 * Both sides move the same bytes of the same file in the same order with the same number of
 * requests in flight, one buffer each: `plain` by `fs.read` and `fs.write`, `storage` by `submit`
 * and one `kick` a tick. Rounds alternate between the two and each round is compared with its
 * neighbour, so that what else the machine does falls on both; medians are reported. The file is in
 * the page cache, which leaves no device time to hide behind. Set TMPDIR to choose its place.
 *
 *     npm run build && node dist/bench/storage.js
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFile } from "../src/storage/file.ts";
import type { Storage, StorageOutcome } from "../src/storage/storage.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const FILE = 256 * MIB;
const IN_FLIGHT = 64;
const ROUNDS = 15;

/** One line of the result; everything in microseconds is for 64 KiB moved. */
export interface StorageMeasurement {
  readonly pattern: string;
  /** wall time through storage / wall time plain */
  readonly ratio: number;
  readonly plainWall: number;
  /** wall time through storage - wall time plain */
  readonly extraWall: number;
  readonly plainCpu: number;
  /** CPU time, of all threads, through storage - CPU time plain */
  readonly extraCpu: number;
}

interface Load {
  readonly operation: "read" | "write";
  /** bytes of a request */
  readonly size: number;
  /** byte offsets, in the order of submission */
  readonly offsets: readonly number[];
  readonly buffers: readonly Buffer[];
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Measures and prints, one line for each pattern. Takes about a minute. */
export async function benchStorage(
  print: (line: string) => void = console.log,
): Promise<StorageMeasurement[]> {
  const directory = fs.mkdtempSync(join(tmpdir(), "blockgraph-bench-"));
  const path = join(directory, "image");
  const results: StorageMeasurement[] = [];
  try {
    openFile(path, { create: { length: FILE } }).close();
    const fd = fs.openSync(path, "r+");
    const storage = openFile(path);
    for (let at = 0; at < FILE; at += MIB) fs.writeSync(fd, Buffer.alloc(MIB, 1), 0, MIB, at);
    print("pattern                  ratio   plain wall  extra wall   plain cpu   extra cpu");
    for (const size of [64 * KIB, MIB]) {
      for (const operation of ["read", "write"] as const) {
        for (const order of ["sequential", "random"] as const) {
          const load = makeLoad(operation, size, order);
          const name = `${operation} ${size / KIB} KiB ${order}`;
          const result = await compare(name, load, fd, storage);
          results.push(result);
          print(format(result));
        }
      }
    }
    storage.close();
    fs.closeSync(fd);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
  return results;
}

function makeLoad(operation: "read" | "write", size: number, order: string): Load {
  const offsets = Array.from({ length: FILE / size }, (_, index) => index * size);
  if (order === "random") {
    // Fisher-Yates with a fixed multiplicative generator: the same order every time.
    let state = 1;
    for (let index = offsets.length - 1; index > 0; index--) {
      state = (state * 48271) % 2147483647;
      const other = state % (index + 1);
      const kept = offsets[index] ?? 0;
      offsets[index] = offsets[other] ?? 0;
      offsets[other] = kept;
    }
  }
  const buffers = Array.from({ length: IN_FLIGHT }, (_, index) => Buffer.alloc(size, index));
  return { operation, size, offsets, buffers };
}

async function compare(
  pattern: string,
  load: Load,
  fd: number,
  storage: Storage,
): Promise<StorageMeasurement> {
  const plain = () => measure((done) => runPlain(load, fd, done));
  const through = () => measure((done) => runStorage(load, storage, done));
  await plain();
  await through();
  const rounds: { plain: Cost; through: Cost }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) rounds.push({ plain: await plain(), through: await through() });
    else {
      const first = await through();
      rounds.push({ plain: await plain(), through: first });
    }
  }
  const units = FILE / (64 * KIB);
  const perUnit = (pick: (round: { plain: Cost; through: Cost }) => number) =>
    median(rounds.map(pick)) / units;
  return {
    pattern,
    ratio: median(rounds.map((round) => round.through.wall / round.plain.wall)),
    plainWall: perUnit((round) => round.plain.wall),
    extraWall: perUnit((round) => round.through.wall - round.plain.wall),
    plainCpu: perUnit((round) => round.plain.cpu),
    extraCpu: perUnit((round) => round.through.cpu - round.plain.cpu),
  };
}

/** Cost of one run, in microseconds. */
async function measure(run: (done: () => void) => void): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await new Promise<void>(run);
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: user + system };
}

function runPlain({ operation, size, offsets, buffers }: Load, fd: number, done: () => void): void {
  let next = 0;
  let left = offsets.length;
  for (const buffer of buffers) {
    const issue = () => {
      const offset = offsets[next++];
      if (offset === undefined) return;
      if (operation === "read") fs.read(fd, buffer, 0, size, offset, finished);
      else fs.write(fd, buffer, 0, size, offset, finished);
    };
    const finished = (error: Error | null) => {
      if (error !== null) throw error;
      if (--left === 0) done();
      else issue();
    };
    issue();
  }
}

function runStorage(
  { operation, size, offsets, buffers }: Load,
  storage: Storage,
  end: () => void,
) {
  let next = 0;
  let left = offsets.length;
  let kickDue = false;
  const kick = () => {
    kickDue = false;
    storage.kick();
  };
  for (const buffer of buffers) {
    // Used again when it is done, as the plain side uses its callback again.
    const request = { operation, offset: 0, length: size, buffer, done };
    const issue = () => {
      const offset = offsets[next++];
      if (offset === undefined) return;
      request.offset = offset;
      storage.submit(request);
      if (kickDue) return;
      kickDue = true;
      setImmediate(kick);
    };
    function done({ errno }: StorageOutcome): void {
      if (errno !== null) throw new Error(errno);
      if (--left === 0) end();
      else issue();
    }
    issue();
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function format(result: StorageMeasurement): string {
  const { pattern, ratio, plainWall, extraWall, plainCpu, extraCpu } = result;
  const numbers = [plainWall, extraWall, plainCpu, extraCpu];
  const columns = numbers.map((value) => `${value.toFixed(2).padStart(8)} us`);
  return `${pattern.padEnd(24)} ${ratio.toFixed(3)}  ${columns.join(" ")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchStorage();
