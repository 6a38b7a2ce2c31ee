/**
 * How fleecing goes on, once a second on a terminal; and how it was, at the end.
 */
import type { Fleecing, Saved } from "../../serve/fleecing.ts";
import type { TrafficSpan } from "../../serve/traffic.ts";
import { print, printJson, progress, showsProgress, warn } from "../terminal.ts";

const INTERVAL_MS = 1000;
const MEBIBYTE = 1024 * 1024;

export interface FleeceSummary {
  readonly kind: "fleece";
  readonly seconds: number;
  readonly guest: TrafficSpan;
  readonly view: TrafficSpan;
  /** clusters whose old data was saved, and bytes of it */
  readonly saved: { readonly clusters: number; readonly bytes: number };
  /** clusters that the cache had in the end, and could have */
  readonly cache: { readonly used: number; readonly room: number };
  /** clusters that memory was emptied of, to the cache's file */
  readonly spilled: number;
  /** whether the view was given up, because old data could not be saved */
  readonly broken: boolean;
}

export class StatusLine {
  readonly #fleecing: Fleecing;
  /** null: nobody would see it */
  readonly #interval: NodeJS.Timeout | null = null;
  readonly #began = performance.now();

  constructor(fleecing: Fleecing) {
    this.#fleecing = fleecing;
    if (showsProgress()) this.#interval = setInterval(() => this.#show(), INTERVAL_MS).unref();
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
  }

  /** @param saved when all had ended */
  summary(saved: Saved): FleeceSummary {
    const { guest, view } = this.#fleecing;
    const { broken, cache, spilled, ...kept } = saved;
    const seconds = (performance.now() - this.#began) / 1000;
    const traffic = { guest: guest.total, view: view.total };
    return { kind: "fleece", seconds, ...traffic, saved: kept, cache, spilled, broken };
  }

  #show(): void {
    const { guest, view, saved } = this.#fleecing;
    const [written, read] = [guest.take(), view.take()];
    progress(statusText(written, read, guest.total.stalls, saved));
  }
}

/**
 * One line: rates, what the guest has to bear, how full the cache is, what was copied. What comes
 * last is what a narrow terminal cuts off.
 */
export function statusText(
  guest: TrafficSpan,
  view: TrafficSpan,
  stalls: number,
  { clusters, bytes, cache, spilled, broken }: Saved,
): string {
  const filled = cache.room === 0 ? 0 : Math.round((100 * cache.used) / cache.room);
  const beyond = spilled === 0 ? "" : ` and ${spilled} in its file`;
  return (
    (broken ? "THE VIEW IS BROKEN  " : "") +
    `guest ${rate(guest)}  view ${rate(view)}  stalls ${stalls} (${guest.slowest.toFixed(0)} ms)` +
    `  cache ${filled}%${beyond}  copied ${clusters} (${mebibytes(bytes)})`
  );
}

/** Tells how it was. */
export function finish(summary: FleeceSummary, json: boolean): void {
  if (summary.broken)
    warn("the view was given up: old data could not be saved, and the guest came first");
  if (json) printJson(summary);
  else for (const line of linesOf(summary)) print(line);
}

function linesOf({ guest, view, saved, seconds }: FleeceSummary): string[] {
  return [
    `guest: ${mebibytes(guest.written)} written, ${mebibytes(guest.read)} read, ` +
      `slowest request ${guest.slowest.toFixed(1)} ms, ${guest.stalls} over 100 ms`,
    `view: ${mebibytes(view.read)} read; ${saved.clusters} clusters were saved for it`,
    `the disk is the guest's again, after ${seconds.toFixed(1)} s`,
  ];
}

function rate({ read, written }: TrafficSpan): string {
  return `${mebibytes((read + written) / (INTERVAL_MS / 1000))}/s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(bytes < 10 * MEBIBYTE ? 1 : 0)} MiB`;
}
