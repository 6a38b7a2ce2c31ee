/**
 * A check from its beginning to its end: with progress, a time limit, and Ctrl-C that still gives a
 * result. Time is measured here, for the checker itself has no clock.
 */
import type { Check } from "../../check/check.ts";
import { BlockgraphError } from "../../error.ts";
import { breathe } from "../leftovers.ts";
import { warn } from "../terminal.ts";
import { interruptible } from "./interrupt.ts";
import { ProgressDisplay } from "./show-progress.ts";

export interface Performance {
  /** whose progress it is */
  readonly name: string;
  /** s; null: as long as it takes */
  readonly timeout: number | null;
  readonly jsonProgress: boolean;
  /** s between two checkpoints, at least; absent: only one at the end */
  readonly checkpointEvery?: number;
}

/** ms of work after which timers and signals get their turn */
const BREATH_MS = 20;

/** A checkpoint is written only after so many times the time that the last one took. */
const CHECKPOINT_PAUSE = 9;

/** Seconds: of the search alone, and of everything. */
export interface Duration {
  readonly search: number;
  readonly all: number;
}

/** A check, or a long work that comes before one. */
type Work = Omit<Check, "result">;

/** Goes on until there is nothing more to do, or something stops it. */
export async function perform(check: Work, performed: Performance): Promise<Duration> {
  const { name, timeout, jsonProgress, checkpointEvery = Infinity } = performed;
  const began = performance.now();
  let searched: number | null = null;
  let all = 0;
  const timer = timeout === null ? null : setTimeout(() => check.stop("timeout"), timeout * 1000);
  try {
    // Nothing may be shown before the handlers are there: who reads it may want to interrupt.
    await interruptible(
      () => check.stop("interrupted"),
      async () => {
        const display = new ProgressDisplay(name, () => check.progress(), { json: jsonProgress });
        try {
          await advanceToEnd(check, checkpointEvery * 1000, () => {
            searched ??= performance.now() - began;
          });
          all = performance.now() - began;
          await keep(check);
        } finally {
          display.stop();
        }
      },
    );
    return { search: (searched ?? all) / 1000, all: all / 1000 };
  } finally {
    if (timer !== null) clearTimeout(timer);
    await check.close();
  }
}

/**
 * @param checkpointEvery ms
 * @param searched told when the search is over and something else goes on
 */
async function advanceToEnd(
  check: Work,
  checkpointEvery: number,
  searched: () => void,
): Promise<void> {
  let breath = performance.now();
  let nextCheckpoint = breath + checkpointEvery;
  while (await check.advance()) {
    if (check.searched) searched();
    const now = performance.now();
    if (now >= nextCheckpoint && !check.searched) {
      await keep(check);
      const taken = performance.now() - now;
      nextCheckpoint = now + taken + Math.max(checkpointEvery, taken * CHECKPOINT_PAUSE);
    }
    if (performance.now() - breath < BREATH_MS) continue;
    await breathe();
    breath = performance.now();
  }
}

/** That no checkpoint can be written is no reason to lose what a check finds out. */
async function keep(check: Work): Promise<void> {
  try {
    await check.keep();
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code !== "checkpoint-unusable") throw error;
    warn(`blockgraph: ${error.message}`);
  }
}
