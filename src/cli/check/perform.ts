/**
 * A check from its beginning to its end: with progress, a time limit, and Ctrl-C that still gives a
 * result. Time is measured here, for the checker itself has no clock.
 */
import type { Check } from "../../check/check.ts";
import { breathe } from "../leftovers.ts";
import { interruptible } from "./interrupt.ts";
import { ProgressDisplay } from "./show-progress.ts";

export interface Performance {
  /** whose progress it is */
  readonly name: string;
  /** s; null: as long as it takes */
  readonly timeout: number | null;
  readonly jsonProgress: boolean;
}

/** ms of work after which timers and signals get their turn */
const BREATH_MS = 20;

/** Seconds: of the search alone, and of everything. */
export interface Duration {
  readonly search: number;
  readonly all: number;
}

/** Goes on until there is nothing more to do, or something stops it. */
export async function perform(check: Check, performed: Performance): Promise<Duration> {
  const { name, timeout, jsonProgress } = performed;
  const began = performance.now();
  let searched: number | null = null;
  const timer = timeout === null ? null : setTimeout(() => check.stop("timeout"), timeout * 1000);
  try {
    // Nothing may be shown before the handlers are there: who reads it may want to interrupt.
    await interruptible(
      () => check.stop("interrupted"),
      async () => {
        const display = new ProgressDisplay(name, () => check.progress(), { json: jsonProgress });
        try {
          await advanceToEnd(check, () => {
            searched ??= performance.now() - began;
          });
        } finally {
          display.stop();
        }
      },
    );
    const all = performance.now() - began;
    return { search: (searched ?? all) / 1000, all: all / 1000 };
  } finally {
    if (timer !== null) clearTimeout(timer);
    await check.close();
  }
}

/** @param searched told when the search is over and something else goes on */
async function advanceToEnd(check: Check, searched: () => void): Promise<void> {
  let breath = performance.now();
  while (await check.advance()) {
    if (check.searched) searched();
    if (performance.now() - breath < BREATH_MS) continue;
    await breathe();
    breath = performance.now();
  }
}
