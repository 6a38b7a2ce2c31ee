/**
 * Where threads wait for each other, between the parts of a round.
 */
import { at } from "./store.ts";

/** Places in the control array: how many have arrived, and how often all had. */
const ARRIVED = 8;
const GENERATION = 9;
/** Looks before a thread lets itself be put to sleep, which takes much longer. */
const LOOKS = 20_000;

/** Returns when all `threads` have called it. What they wrote before, all can read after it. */
export function barrier(control: Int32Array, threads: number): void {
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    return;
  }
  for (let look = 0; look < LOOKS; look++) {
    if (Atomics.load(control, GENERATION) !== generation) return;
  }
  while (Atomics.load(control, GENERATION) === generation) {
    Atomics.wait(control, GENERATION, generation);
  }
}

/** Place in the control array: 1 while the search must stand still between rounds. */
const PAUSED = 10;

/** Asks the threads to stand still after the round, or lets them go on. */
export function setPaused(control: Int32Array, paused: boolean): void {
  Atomics.store(control, PAUSED, paused ? 1 : 0);
  if (!paused) Atomics.notify(control, PAUSED);
}

export function isPaused(control: Int32Array): boolean {
  return at(control, PAUSED) === 1;
}

/** Stands still until it is let go. */
export function waitUntilResumed(control: Int32Array): void {
  while (Atomics.load(control, PAUSED) === 1) Atomics.wait(control, PAUSED, 1);
}
