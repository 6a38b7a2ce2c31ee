/**
 * Lets a session's image calls happen with real concurrency.
 *
 * Calls are submitted as agents make them and issued together at the end of the tick, so that
 * neighbouring clusters become one vectored file operation. An answer is delivered when it comes,
 * and whoever waits for a chart is woken at once, the longest waiting first. There is one timer,
 * and only while a filter has `cbw-timeout`.
 */

import { enabledChoices } from "../system/choice.ts";
import { requireIdle } from "../system/drive.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import { failure, type Session } from "../system/session.ts";
import type { Errno } from "../vocabulary.ts";
import { CopyTimer } from "./copy-timer.ts";
import type { ImageSet } from "./image-set.ts";

export interface FreeExecutorOptions {
  readonly images: ImageSet;
  /** whether requests come from outside at any time: then nobody has to be able to go on */
  readonly open?: boolean;
  /** an error that the call shall end with instead of being executed; null: none */
  strike(agent: Agent): Errno | null;
  /** something happened: requests may have ended, more may be sent */
  progressed(): void;
  /**
   * Something threw that no caller is there to catch. Nothing goes on after it; it is called when
   * no image call is outstanding any more.
   */
  crashed(error: unknown): void;
}

export class FreeExecutor {
  readonly #options: FreeExecutorOptions;
  readonly #timer: CopyTimer;
  #session: Session | null = null;
  /** something was submitted that no kick has covered */
  #kickPlanned = false;
  #kicking = false;
  /** calls that were submitted, or shall fail, and were not answered yet */
  #outstanding = 0;
  /** what went wrong; from then on answers are only counted */
  #crash: { readonly error: unknown } | null = null;

  constructor(options: FreeExecutorOptions) {
    this.#options = options;
    this.#timer = new CopyTimer((session, happen) => this.#guarded(session, happen));
  }

  /** The session whose `called` leads here. */
  attach(session: Session): void {
    this.#session = session;
  }

  /** The graph changed: look for filters with a time-out. */
  rewired(): void {
    if (this.#session !== null) this.#timer.watch(this.#session);
  }

  /** There may be something to do: sends, wakes, and finds out if nothing can go on. */
  goOn(): void {
    if (this.#session !== null) this.#guarded(this.#session, () => {});
  }

  /** Stops the timer. Calls under way still end. */
  stop(): void {
    this.#timer.stop();
  }

  /** To be called by the session when an agent waits for an image. */
  called(agent: Agent): void {
    const { call } = agent;
    if (call === null) return;
    this.#outstanding++;
    const errno = this.#options.strike(agent);
    if (errno !== null) {
      setImmediate(() => this.#answer(agent, failure(errno)));
      return;
    }
    const { image, operation, offset, length, buffer, compressed = false } = call;
    const done = (outcome: Outcome) => this.#answer(agent, outcome);
    const { storage } = this.#options.images.get(image) ?? {};
    storage?.submit({ operation, offset, length, buffer, compressed, done });
    if (!this.#kickPlanned && !this.#kicking) setImmediate(() => this.#kick());
    this.#kickPlanned = true;
  }

  /** Issues what was submitted; what is answered at once may lead to more, which goes out too. */
  #kick(): void {
    this.#kicking = true;
    while (this.#kickPlanned) {
      this.#kickPlanned = false;
      for (const { storage } of this.#options.images.values()) storage.kick();
    }
    this.#kicking = false;
  }

  #answer(agent: Agent, outcome: Outcome): void {
    this.#outstanding--;
    const session = this.#session;
    if (session === null) return;
    if (this.#crash === null) this.#guarded(session, () => session.deliver(agent, outcome));
    else this.#reportCrash();
  }

  /** Lets something happen, and everything that follows from it. No caller could catch an error. */
  #guarded(session: Session, happen: () => void): void {
    if (this.#crash !== null) return;
    try {
      happen();
      do {
        this.#wakeAll(session);
        this.#options.progressed();
      } while (session.execution.longestWaiting() !== null);
      if (this.#options.open !== true && this.#isStuck(session)) requireIdle(session);
    } catch (error) {
      this.#crash = { error };
      this.#timer.stop();
      this.#reportCrash();
    }
  }

  #isStuck({ execution }: Session): boolean {
    return execution.calling === 0 && enabledChoices(execution).length === 0;
  }

  #wakeAll({ execution }: Session): void {
    for (let agent = execution.longestWaiting(); agent !== null; ) {
      this.#session?.wake(agent);
      agent = execution.longestWaiting();
    }
  }

  /** An error is reported when images have answered everything: then they can be closed. */
  #reportCrash(): void {
    if (this.#crash !== null && this.#outstanding === 0) this.#options.crashed(this.#crash.error);
  }
}
