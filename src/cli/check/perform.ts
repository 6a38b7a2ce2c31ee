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

/**
 * Goes on until there is nothing more to do, or something stops it.
 * @returns seconds that it took
 */
export async function perform(check: Check, performed: Performance): Promise<number> {
  const { name, timeout, jsonProgress } = performed;
  const began = performance.now();
  const timer = timeout === null ? null : setTimeout(() => check.stop("timeout"), timeout * 1000);
  try {
    // Nothing may be shown before the handlers are there: who reads it may want to interrupt.
    await interruptible(
      () => check.stop("interrupted"),
      async () => {
        const display = new ProgressDisplay(name, () => check.progress(), { json: jsonProgress });
        try {
          await advanceToEnd(check);
        } finally {
          display.stop();
        }
      },
    );
    return (performance.now() - began) / 1000;
  } finally {
    if (timer !== null) clearTimeout(timer);
    await check.close();
  }
}

async function advanceToEnd(check: Check): Promise<void> {
  let breath = performance.now();
  while (await check.advance()) {
    if (performance.now() - breath < BREATH_MS) continue;
    await breathe();
    breath = performance.now();
  }
}
