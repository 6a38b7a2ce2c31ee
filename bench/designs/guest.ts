/**
 * The guests of the comparison: 70 % writes and 30 % reads of 16 KiB, most of them at few places,
 * or everywhere alike.
 *
 * Requests arrive at random, so many a second on average, whether or not those before have ended;
 * a request beyond the guest's queue depth waits in its queue, and its latency counts from its
 * arrival. Places follow Zipf's law over clusters that are shuffled once; with exponent 0 all are
 * alike. The same seed gives the same requests to every design.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { TimedRun } from "./timed-run.ts";

const SIZE = 16384;
const WRITES = 0.7;
const DEPTH = 32;
const FILL = { byte: 0xa5 } as const;

/** What a guest does. */
export interface Workload {
  readonly name: string;
  /** requests a second, on average */
  readonly rate: number;
  /** of Zipf's law */
  readonly exponent: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: "few places", rate: 1000, exponent: 1 },
  { name: "everywhere", rate: 2000, exponent: 0 },
];

export function workloadText({ name, rate, exponent }: Workload): string {
  const what = `${rate} requests/s of ${SIZE / 1024} KiB, ${WRITES * 100} % writes`;
  return `guest (${name}): ${what}, Zipf with exponent ${exponent}, queue depth ${DEPTH}`;
}

interface Request {
  readonly arrived: number;
  readonly isWrite: boolean;
  readonly offset: number;
}

/** Microseconds from arrival to end. */
export interface Latencies {
  readonly writes: number[];
  readonly reads: number[];
}

export class Guest {
  readonly latencies: Latencies = { writes: [], reads: [] };
  /** requests that ended with an error */
  failed = 0;
  /** bytes that it has written */
  written = 0;
  readonly #run: TimedRun;
  readonly #random = xoroshiro128plus(42);
  readonly #rate: number;
  readonly #places: readonly number[];
  readonly #shares: readonly number[];
  readonly #clusterSize: number;
  readonly #queue: Request[] = [];
  #flying = 0;
  #stopped = false;

  /** @param length bytes of the disk */
  constructor(run: TimedRun, workload: Workload, length: number, clusterSize: number) {
    this.#run = run;
    this.#rate = workload.rate;
    this.#clusterSize = clusterSize;
    const { exponent } = workload;
    const count = length / clusterSize;
    this.#places = this.#shuffled(count);
    const weights = Array.from({ length: count }, (_, index) => (index + 1) ** -exponent);
    const sum = weights.reduce((left, right) => left + right, 0);
    let below = 0;
    this.#shares = weights.map((weight) => {
      below += weight / sum;
      return below;
    });
  }

  start(): void {
    const gap = -Math.log(1 - this.#fraction()) * (1e6 / this.#rate);
    this.#run.after(gap, () => {
      if (this.#stopped) return;
      this.#queue.push(this.#draw());
      this.#send();
      this.start();
    });
  }

  /** No request arrives any more. */
  stop(): void {
    this.#stopped = true;
  }

  #send(): void {
    while (this.#flying < DEPTH) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      this.#flying++;
      const { offset, isWrite, arrived } = request;
      const operation = isWrite ? "write" : "read";
      const spec = { through: "guest", operation, offset, length: SIZE } as const;
      this.#run.request(isWrite ? { ...spec, data: FILL } : spec, null, ({ errno }) => {
        this.#flying--;
        if (errno !== null) this.failed++;
        else if (isWrite) this.written += SIZE;
        this.latencies[isWrite ? "writes" : "reads"].push(this.#run.now - arrived);
        this.#run.after(0, () => this.#send());
      });
    }
  }

  #draw(): Request {
    const isWrite = this.#fraction() < WRITES;
    const share = this.#fraction();
    let [low, high] = [0, this.#shares.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shares[middle] ?? 1) < share) low = middle + 1;
      else high = middle;
    }
    const cluster = this.#places[low] ?? 0;
    const within = SIZE * uniformInt(this.#random, 0, this.#clusterSize / SIZE - 1);
    return { arrived: this.#run.now, isWrite, offset: cluster * this.#clusterSize + within };
  }

  #fraction(): number {
    return uniformFloat64(this.#random);
  }

  #shuffled(count: number): number[] {
    const places = Array.from({ length: count }, (_, index) => index);
    for (let index = count - 1; index > 0; index--) {
      const other = uniformInt(this.#random, 0, index);
      [places[index], places[other]] = [places[other] ?? 0, places[index] ?? 0];
    }
    return places;
  }
}
