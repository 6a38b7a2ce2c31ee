/**
 * What the hook costs beyond the I/O: guest writes on images that move nothing.
 *
 * Every call to an image succeeds in the tick in which it was made, so all the time there is goes
 * into charts, agents, requests and their completion. This is the figure to compare with 1.5
 * microseconds per cluster of 64 KiB; in hook.ts it disappears in the noise of real files.
 *
 *     npm run build && node dist/bench/bookkeeping.js
 */
import { fileURLToPath } from "node:url";
import { extent, SUCCESS } from "../src/storage/outcome.ts";
import type { Storage, StorageRequest } from "../src/storage/storage.ts";
import { GuestLoad } from "./guest-load.ts";
import { median } from "./statistics.ts";

const CLUSTER = 64 * 1024;
const CLUSTERS = 1 << 16;
const IN_FLIGHT = 16;
const ROUNDS = 7;

export interface BookkeepingMeasurement {
  readonly pattern: string;
  /** microseconds for each cluster of 64 KiB */
  readonly perCluster: number;
}

/** An image that says yes. */
class NoMedium implements Storage {
  readonly length = CLUSTERS * CLUSTER;
  readonly name: string;
  #queue: StorageRequest[] = [];

  constructor(name: string) {
    this.name = name;
  }

  submit(request: StorageRequest): void {
    this.#queue.push(request);
  }

  kick(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const request of queue) {
      request.done(request.operation === "block-status" ? extent("data", request.length) : SUCCESS);
    }
  }

  close(): void {}
}

/** Measures and prints, one line for each pattern. */
export async function benchBookkeeping(
  print: (line: string) => void = console.log,
): Promise<BookkeepingMeasurement[]> {
  const results: BookkeepingMeasurement[] = [];
  for (const clusters of [1, 16]) {
    const size = clusters * CLUSTER;
    const offsets = Array.from({ length: CLUSTERS / clusters }, (_, index) => index * size);
    const first: number[] = [];
    const second: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const images = new Map(
        ["disk.raw", "cache.raw"].map((name) => [
          name,
          { storage: new NoMedium(name), read: () => new Uint8Array(0) },
        ]),
      );
      const guest = new GuestLoad({
        images,
        clusterSize: CLUSTER,
        inFlight: IN_FLIGHT,
        sink: null,
      });
      const times = [await guest.write(offsets, size), await guest.write(offsets, size)];
      if (round === 0) continue; // a warm-up
      first.push(times[0] ?? 0);
      second.push(times[1] ?? 0);
    }
    for (const [pass, times] of [
      ["first pass, copying", first],
      ["second pass", second],
    ] as const) {
      const perCluster = (median(times) * 1000) / CLUSTERS;
      const pattern = `write ${size / 1024} KiB, ${pass}`;
      results.push({ pattern, perCluster });
      print(`${pattern.padEnd(44)} ${perCluster.toFixed(2)} us per 64 KiB`);
    }
  }
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchBookkeeping();
