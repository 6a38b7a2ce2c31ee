/**
 * What was measured, as a table for people.
 */
import { columns } from "../../src/report/columns.ts";
import type { Measured } from "./measure.ts";

/** microseconds; a guest's request that takes longer counts as a stall */
const STALL = 10_000;

/** The value below which so many of a hundred lie. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const index = Math.ceil((percent / 100) * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? 0;
}

function stallsOf({ latencies: { writes, reads } }: Measured): number {
  return [...writes, ...reads].filter((latency) => latency > STALL).length;
}

export function designTable(all: readonly Measured[]): string[] {
  const head = [
    ...["design", "write p50", "p99", "max", "stalls", "failed"],
    ...["extra written", "peak memory", "peak disk", "backup done"],
  ];
  const rows = all.map((measured) => {
    const { design, latencies, failed, done, extra, memory, disk } = measured;
    return [
      design.name,
      ...[50, 99, 100].map((percent) => milliseconds(percentile(latencies.writes, percent))),
      String(stallsOf(measured)),
      String(failed),
      ...[extra, memory, disk].map(mebibytes),
      done === null ? "-" : `${(done / 1e6).toFixed(2)} s`,
    ];
  });
  return columns(head, rows);
}

const milliseconds = (micros: number) => `${(micros / 1000).toFixed(2)} ms`;
const mebibytes = (bytes: number) => (bytes === 0 ? "-" : `${(bytes / 2 ** 20).toFixed(1)} MiB`);
