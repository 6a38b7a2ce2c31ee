/**
 * What the hook costs a guest: writes through copy-before-write on real files, beside plain
 * node:fs.
 *
 * The plain side does the same I/O by hand: for a first pass, where every cluster must be saved, it
 * reads the old data from the disk, writes it to the cache, and writes the new data to the disk;
 * for a second pass it only writes. Both sides keep the same number of requests in flight. Rounds
 * alternate, and each is compared with its neighbour; medians are reported. Files are in the page
 * cache, so there is no device time to hide behind. Set TMPDIR to choose their place.
 *
 *     npm run build && node dist/bench/hook.js
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryLog } from "../src/log/memory-log.ts";
import type { ImageSet } from "../src/run/image-set.ts";
import { openFile } from "../src/storage/file.ts";
import { GuestLoad } from "./guest-load.ts";
import { median, shuffled } from "./statistics.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const CLUSTER = 64 * KIB;
const DISK = 128 * MIB;
const IN_FLIGHT = 16;
const ROUNDS = 9;

/** One pattern; times are microseconds for 64 KiB of guest data. */
export interface HookMeasurement {
  readonly pattern: string;
  /** wall time through the hook / wall time of the same I/O by hand */
  readonly ratio: number;
  readonly plain: number;
  /** wall time through the hook - wall time by hand */
  readonly extra: number;
}

interface Load {
  readonly size: number;
  readonly offsets: readonly number[];
  /** whether every cluster is written for the first time since the point in time */
  readonly copies: boolean;
  /** whether the run is recorded */
  readonly log: boolean;
}

interface Files {
  readonly disk: string;
  readonly cache: string;
}

/** Measures and prints, one line for each pattern. */
export async function benchHook(
  print: (line: string) => void = console.log,
): Promise<HookMeasurement[]> {
  const folder = fs.mkdtempSync(join(tmpdir(), "blockgraph-bench-"));
  const files = { disk: join(folder, "disk.raw"), cache: join(folder, "cache.raw") };
  const results: HookMeasurement[] = [];
  try {
    for (const path of Object.values(files)) fs.writeFileSync(path, Buffer.alloc(DISK, 0x5a));
    for (const { name, load } of loads()) {
      const result = await compare(name, load, files);
      results.push(result);
      const { ratio, plain, extra } = result;
      const times = `plain ${plain.toFixed(1)} us, extra ${extra.toFixed(1)} us per 64 KiB`;
      print(`${name.padEnd(56)} ratio ${ratio.toFixed(2)}, ${times}`);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  return results;
}

function loads(): { name: string; load: Load }[] {
  const all: { name: string; load: Load }[] = [];
  for (const size of [64 * KIB, MIB]) {
    const sequential = Array.from({ length: DISK / size }, (_, index) => index * size);
    for (const [order, offsets] of [
      ["sequential", sequential],
      ["random", shuffled(sequential)],
    ] as const) {
      for (const copies of [true, false]) {
        const pass = copies ? "first pass, copying" : "second pass";
        const name = `write ${size / KIB} KiB ${order}, ${pass}`;
        all.push({ name, load: { size, offsets, copies, log: false } });
      }
    }
  }
  const [first] = all;
  if (first !== undefined) {
    all.push({ name: `${first.name}, recorded`, load: { ...first.load, log: true } });
  }
  return all;
}

async function compare(pattern: string, load: Load, files: Files): Promise<HookMeasurement> {
  const clusters = DISK / CLUSTER;
  const ratios: number[] = [];
  const plains: number[] = [];
  const extras: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const plain = await plainRound(load, files);
    const hook = await hookRound(load, files);
    if (round === 0) continue; // a warm-up
    ratios.push(hook / plain);
    plains.push((plain * 1000) / clusters);
    extras.push(((hook - plain) * 1000) / clusters);
  }
  return { pattern, ratio: median(ratios), plain: median(plains), extra: median(extras) };
}

/** @returns ms */
function plainRound({ size, offsets, copies }: Load, files: Files): Promise<number> {
  const disk = fs.openSync(files.disk, "r+");
  const cache = fs.openSync(files.cache, "r+");
  const payload = Buffer.alloc(size, 0xa5);
  return new Promise((resolve, reject) => {
    let next = 0;
    let ended = 0;
    const begun = performance.now();
    function send(old: Buffer): void {
      const offset = offsets[next++];
      if (offset === undefined) return;
      const finish = (error: Error | null) => {
        if (error !== null) {
          reject(error);
          return;
        }
        ended++;
        if (ended < offsets.length) {
          send(old);
          return;
        }
        const wall = performance.now() - begun;
        fs.closeSync(disk);
        fs.closeSync(cache);
        resolve(wall);
      };
      const write = () => fs.write(disk, payload, 0, size, offset, finish);
      if (!copies) {
        write();
        return;
      }
      fs.read(disk, old, 0, size, offset, (failed) => {
        if (failed !== null) {
          reject(failed);
          return;
        }
        fs.write(cache, old, 0, size, offset, (error) => (error ? reject(error) : write()));
      });
    }
    for (let slot = 0; slot < IN_FLIGHT; slot++) send(Buffer.allocUnsafeSlow(size));
  });
}

/** @returns ms */
async function hookRound(load: Load, files: Files): Promise<number> {
  const images: ImageSet = new Map(
    Object.entries(files).map(([name, path]) => {
      const storage = openFile(path);
      return [`${name}.raw`, { storage, read: () => fs.readFileSync(path) }] as const;
    }),
  );
  const sink = load.log ? new MemoryLog() : null;
  const guest = new GuestLoad({ images, clusterSize: CLUSTER, inFlight: IN_FLIGHT, sink });
  if (!load.copies) await guest.write(load.offsets, load.size);
  const wall = await guest.write(load.offsets, load.size);
  for (const { storage } of images.values()) storage.close();
  return wall;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchHook();
