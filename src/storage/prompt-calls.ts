/**
 * Whether a file answers from memory: then it is asked at once, and not by way of a thread.
 *
 * What is in the page cache comes in some microseconds, and to hand a call to another thread and
 * back takes longer than that. A disk that has to be waited for would hold everybody up. So calls
 * are made at once as long as they are prompt; after one that was not, threads do the work for
 * some twenty times as long as it took: so slow calls take a twentieth of the time, at most. (On a
 * busy machine any call seems slow now and then, as others are given the processor meanwhile; a
 * pause of always the same length would then be too long, and for a disk that takes 10 ms it is
 * right.) The worst that can happen is one slow call in {@link AWAY_MS}.
 */

/** ms that a prompt call may take, and as many more for each MiB */
const PROMPT_MS = 1;
const MEBIBYTE = 1024 * 1024;
/** ms for which threads do the work after a call that was slow, for each ms that it took */
const AWAY_FACTOR = 20;
/** the same, however slow it was */
const AWAY_MS = 200;

export class PromptCalls {
  readonly #now: () => number;
  #awayUntil = Number.NEGATIVE_INFINITY;

  /** @param now ms that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the next call is to be made at once. */
  get expected(): boolean {
    return this.#now() >= this.#awayUntil;
  }

  /** Makes a call, and notes how long it takes. @param length bytes that it is about */
  call<T>(length: number, action: () => T): T {
    const began = this.#now();
    try {
      return action();
    } finally {
      const ended = this.#now();
      const took = ended - began;
      if (took > PROMPT_MS * (1 + length / MEBIBYTE)) {
        this.#awayUntil = ended + Math.min(AWAY_MS, AWAY_FACTOR * took);
      }
    }
  }
}
