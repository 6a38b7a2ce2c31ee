/**
 * Jobs that end together: those of a transaction with `completion-mode: grouped`; any other job is
 * a group of its own (QEMU job.c, `JobTxn`).
 *
 * One that is through waits for the others. When all are, they take effect, at once or when anybody
 * finalizes one of them. If one fails or is cancelled, all are. The newest is always the first.
 */
import type { Answered } from "../system/session.ts";

/** A job as its group knows it. */
export interface GroupedJob {
  readonly id: string;
  readonly state: string;
  readonly finalizes: boolean;
  becomePending(): void;
  becomeAborting(): void;
  finalize(): Promise<void>;
  abort(): Promise<Answered>;
}

export class JobGroup {
  /** newest first */
  readonly #jobs: GroupedJob[] = [];
  #aborted = false;

  join(job: GroupedJob): void {
    this.#jobs.unshift(job);
  }

  /** A job is through, and waits. */
  waits(): void {
    if (this.#aborted || !this.#jobs.every(({ state }) => state === "waiting")) return;
    for (const job of this.#jobs) job.becomePending();
    if (this.#jobs.every(({ finalizes }) => finalizes)) void this.finalize();
  }

  /** They take effect, those of which nothing is refused. */
  async finalize(): Promise<void> {
    for (const job of [...this.#jobs]) await job.finalize();
  }

  /**
   * Nothing comes of any of them.
   * @param first the one that has failed, or was cancelled
   * @returns what the graph says of each, by their ids
   */
  async abort(first: GroupedJob): Promise<ReadonlyMap<string, Answered>> {
    const answers = new Map<string, Answered>();
    if (this.#aborted) return answers;
    this.#aborted = true;
    // What is through by now is told one by one.
    if (first.state !== "pending" && first.state !== "waiting" && this.#jobs.length > 1) {
      for (const job of [first, ...this.#jobs]) job.becomeAborting();
    }
    for (const job of [...this.#jobs]) answers.set(job.id, await job.abort());
    this.#aborted = [...answers.values()].every(({ refusal }) => refusal === null);
    return answers;
  }
}
