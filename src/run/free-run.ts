/**
 * Runs the phases of a model with real concurrency: actors send as many requests as they may keep
 * in flight, and the medium decides what ends when (free-executor.ts).
 */
import { Administrator } from "../system/administrator.ts";
import { administratorOf, sendCommands } from "../system/drive.ts";
import { FaultPlan } from "../system/fault-plan.ts";
import type { Agent } from "../system/frame.ts";
import type { CommandPhase, Model, Phase } from "../system/model.ts";
import type { Schedule } from "../system/schedule.ts";
import type { Session } from "../system/session.ts";
import type { Workload } from "../system/workload.ts";
import { FreeExecutor } from "./free-executor.ts";
import type { ImageSet } from "./image-set.ts";

export interface FreeRunOptions {
  readonly images: ImageSet;
  readonly workload: Workload;
  /** draws requests and faults; it does not order anything */
  readonly schedule: Schedule;
}

export class FreeRun {
  readonly #options: FreeRunOptions;
  readonly #executor: FreeExecutor;
  #faults: FaultPlan;
  #administrator = new Administrator();
  #phaseEnded: { resolve(): void; reject(error: unknown): void } | null = null;
  #session: Session | null = null;

  constructor(options: FreeRunOptions) {
    this.#options = options;
    this.#faults = new FaultPlan([], options.schedule);
    this.#executor = new FreeExecutor({
      images: options.images,
      strike: (agent) => this.#faults.strike(agent),
      progressed: () => this.#send(),
      crashed: (error) => this.#end((phase) => phase.reject(error)),
    });
  }

  /** To be called by the session when an agent waits for an image. */
  called(agent: Agent): void {
    this.#executor.called(agent);
  }

  /** Runs all phases of a model. */
  async run(model: Model, session: Session): Promise<void> {
    this.#session = session;
    this.#executor.attach(session);
    try {
      for (const phase of model.phases) {
        if (phase.kind === "commands") {
          sendCommands(phase, session);
          this.#executor.rewired();
        } else await this.#runPhase(phase, session);
      }
    } finally {
      this.#executor.stop();
    }
  }

  #runPhase(phase: Exclude<Phase, CommandPhase>, session: Session): Promise<void> {
    const faults = phase.kind === "concurrent" ? (phase.faults ?? []) : [];
    this.#faults = new FaultPlan(faults, this.#options.schedule);
    this.#administrator = administratorOf(phase);
    this.#options.workload.begin(phase, session);
    return new Promise((resolve, reject) => {
      this.#phaseEnded = { resolve, reject };
      this.#executor.goOn();
    });
  }

  /**
   * Sends what may be sent, and ends the phase when nothing is left. The administrator acts when
   * there is something under way, so that commands and requests meet.
   */
  #send(): void {
    const { workload, schedule } = this.#options;
    const session = this.#session;
    if (session === null || this.#phaseEnded === null) return;
    const administrator = this.#administrator;
    for (;;) {
      for (let ready = workload.ready(session); ready.length > 0; ready = workload.ready(session)) {
        for (const source of ready) workload.send(source, session, schedule);
      }
      if (!administrator.isReady(session)) break;
      administrator.act(session);
      this.#executor.rewired();
      // Whatever an image is asked for ends, and then it goes on.
      if (session.execution.calling > 0) break;
    }
    const through = administrator.isThrough(session);
    if (through && session.execution.agents.size === 0) this.#end((phase) => phase.resolve());
  }

  #end(how: (phase: { resolve(): void; reject(error: unknown): void }) => void): void {
    const phase = this.#phaseEnded;
    this.#phaseEnded = null;
    if (phase !== null) how(phase);
  }
}
