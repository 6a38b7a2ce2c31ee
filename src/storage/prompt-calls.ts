/**
 * Whether a file answers from memory: then it is asked at once, and not by way of a thread.
 *
 * What is in the page cache comes in some microseconds, and to hand a call to another thread and
 * back takes longer than that. A disk that has to be waited for would hold everybody up. So calls
 * are made at once as long as they are prompt; after one that was not, threads do the work for a
 * while. The worst that can happen is one slow call in {@link AWAY_MS}.
 */

/** ms that a prompt call may take, and as many more for each MiB */
const PROMPT_MS = 1;
const MEBIBYTE = 1024 * 1024;
/** ms for which threads do the work after a call that was slow */
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
      if (ended - began > PROMPT_MS * (1 + length / MEBIBYTE)) this.#awayUntil = ended + AWAY_MS;
    }
  }
}
