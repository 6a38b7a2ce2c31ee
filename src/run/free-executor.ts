/**
 * Lets a session's image calls happen with real concurrency.
 *
 * Calls are submitted as agents make them and issued together at the end of the tick, so that
 * neighbouring clusters become one vectored file operation. An answer is delivered when it comes,
 * and whoever waits for a chart is woken at once, the longest waiting first. There is one timer,
 * and only while a filter has `cbw-timeout`.
 */

import { requireIdle } from "../system/drive.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import { failure, type Session } from "../system/session.ts";
import type { Errno } from "../vocabulary.ts";
import { CopyTimer } from "./copy-timer.ts";
import type { ImageSet } from "./image-set.ts";

export interface FreeExecutorOptions {
  readonly images: ImageSet;
  /** an error that the call shall end with instead of being executed; null: none */
  strike(agent: Agent): Errno | null;
  /** something happened: requests may have ended, more may be sent */
  progressed(): void;
  /** an exception that no caller is there to catch; nothing goes on after it */
  crashed(error: unknown): void;
}

export class FreeExecutor {
  readonly #options: FreeExecutorOptions;
  readonly #timer: CopyTimer;
  #session: Session | null = null;
  /** something was submitted that no kick has covered */
  #kickPlanned = false;
  #kicking = false;

  constructor(options: FreeExecutorOptions) {
    this.#options = options;
    this.#timer = new CopyTimer(() => this.#goOn());
  }

  /** The session whose `called` leads here. */
  attach(session: Session): void {
    this.#session = session;
  }

  /** The graph changed: look for filters with a time-out. */
  rewired(): void {
    if (this.#session !== null) this.#timer.watch(this.#session);
  }

  /** Stops the timer. Calls under way still end. */
  stop(): void {
    this.#timer.stop();
  }

  /** To be called by the session when an agent waits for an image. */
  called(agent: Agent): void {
    const { call } = agent;
    if (call === null) return;
    const errno = this.#options.strike(agent);
    if (errno !== null) {
      setImmediate(() => this.#answer(agent, failure(errno)));
      return;
    }
    const { image, operation, offset, length, buffer } = call;
    const done = (outcome: Outcome) => this.#answer(agent, outcome);
    this.#options.images.get(image)?.storage.submit({ operation, offset, length, buffer, done });
    if (!this.#kickPlanned && !this.#kicking) setImmediate(() => this.#kick());
    this.#kickPlanned = true;
  }

  /** Issues what was submitted; what is answered at once may lead to more, which goes out too. */
  #kick(): void {
    this.#kicking = true;
    try {
      while (this.#kickPlanned) {
        this.#kickPlanned = false;
        for (const { storage } of this.#options.images.values()) storage.kick();
      }
    } catch (error) {
      this.#options.crashed(error);
    }
    this.#kicking = false;
  }

  #answer(agent: Agent, outcome: Outcome): void {
    try {
      this.#session?.deliver(agent, outcome);
      this.#goOn();
    } catch (error) {
      this.#options.crashed(error);
    }
  }

  #goOn(): void {
    const { execution } = this.#session ?? {};
    if (this.#session === null || execution === undefined) return;
    for (let agent = execution.longestWaiting(); agent !== null; ) {
      this.#session.wake(agent);
      agent = execution.longestWaiting();
    }
    this.#options.progressed();
    this.#requireProgress(this.#session);
  }

  /** With nobody at an image and nobody to wake, the rest would wait for ever. */
  #requireProgress(session: Session): void {
    if (this.#kickPlanned || session.execution.calling > 0) return;
    if (session.execution.longestWaiting() === null) requireIdle(session);
  }
}
