/**
 * Runs a model with real concurrency.
 *
 * Image calls are submitted as agents make them and issued together at the end of the tick, so that
 * neighbouring clusters become one vectored file operation. An answer is delivered when it comes;
 * whoever waits for a chart is woken at once, the longest waiting first; actors send as many requests
 * as they may keep in flight. There is one timer, and only for filters with `cbw-timeout`.
 */

import { requireIdle, sendCommands } from "../system/drive.ts";
import { FaultPlan } from "../system/fault-plan.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import type { Model, Phase } from "../system/model.ts";
import type { Schedule } from "../system/schedule.ts";
import { failure, type Session } from "../system/session.ts";
import type { Workload } from "../system/workload.ts";
import { CopyTimer } from "./copy-timer.ts";
import type { ImageSet } from "./image-set.ts";

export interface FreeRunOptions {
  readonly images: ImageSet;
  readonly workload: Workload;
  /** draws requests and faults; it does not order anything */
  readonly schedule: Schedule;
}

export class FreeRun {
  readonly #images: ImageSet;
  readonly #workload: Workload;
  readonly #schedule: Schedule;
  #session: Session | null = null;
  #faults: FaultPlan;
  #timer: CopyTimer | null = null;
  #kickPlanned = false;
  #settle: { resolve(): void; reject(error: unknown): void } | null = null;

  constructor({ images, workload, schedule }: FreeRunOptions) {
    this.#images = images;
    this.#workload = workload;
    this.#schedule = schedule;
    this.#faults = new FaultPlan([], schedule);
  }

  /** To be called by the session when an agent waits for an image. */
  called(agent: Agent): void {
    const { call } = agent;
    const errno = this.#faults.strike(agent);
    if (errno !== null) setImmediate(() => this.#answer(agent, failure(errno)));
    else if (call !== null) {
      const { operation, offset, length, buffer } = call;
      const done = (outcome: Outcome) => this.#answer(agent, outcome);
      this.#images.get(call.image)?.storage.submit({ operation, offset, length, buffer, done });
      this.#planKick();
    }
  }

  /** Runs all phases of a model. */
  async run(model: Model, session: Session): Promise<void> {
    this.#session = session;
    this.#timer = new CopyTimer(session);
    try {
      for (const phase of model.phases) {
        if (phase.kind === "commands") sendCommands(phase, session);
        else await this.#runPhase(phase, session);
      }
    } finally {
      this.#timer.stop();
    }
  }

  #runPhase(phase: Exclude<Phase, { kind: "commands" }>, session: Session): Promise<void> {
    const faults = phase.kind === "concurrent" ? (phase.faults ?? []) : [];
    this.#faults = new FaultPlan(faults, this.#schedule);
    this.#workload.begin(phase, session);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#guarded(() => this.#goOn(session));
    });
  }

  #answer(agent: Agent, outcome: Outcome): void {
    this.#guarded(() => {
      const session = this.#session;
      if (session === null) return;
      session.deliver(agent, outcome);
      this.#goOn(session);
    });
  }

  /** Wakes who can be woken, sends what may be sent, and ends the phase when nothing is left. */
  #goOn(session: Session): void {
    for (;;) {
      const waiting = session.execution.longestWaiting();
      if (waiting === null) break;
      session.wake(waiting);
    }
    for (let ready = this.#workload.ready(); ready.length > 0; ready = this.#workload.ready()) {
      for (const source of ready) this.#workload.send(source, session, this.#schedule);
    }
    this.#timer?.watch();
    if (session.execution.agents.size > 0) return;
    this.#settle?.resolve();
    this.#settle = null;
  }

  #planKick(): void {
    if (this.#kickPlanned) return;
    this.#kickPlanned = true;
    setImmediate(() => {
      this.#kickPlanned = false;
      for (const { storage } of this.#images.values()) storage.kick();
      const session = this.#session;
      if (session !== null && this.#settle !== null) this.#guarded(() => stuckCheck(session));
    });
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#settle?.reject(error);
      this.#settle = null;
    }
  }
}

/** With nobody calling an image and nobody to wake, the rest waits for ever. */
function stuckCheck(session: Session): void {
  const { agents } = session.execution;
  for (const agent of agents.values()) if (agent.blocked === "call") return;
  if (session.execution.longestWaiting() === null) requireIdle(session);
}
