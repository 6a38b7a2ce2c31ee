/**
 * Drives a model through a session: sends its commands and requests, and decides what goes on next.
 *
 * A generator, so that simulator and runs share it: it yields an agent whenever an image must
 * answer that agent's call, and is resumed with the outcome. The simulator answers from memory at
 * once; a run on real images answers when the file did. All decisions come from the schedule, in a
 * fixed order, so the same schedule over the same answers gives the same log.
 */
import { BlockgraphError } from "../error.ts";
import { Administrator } from "./administrator.ts";
import { type Choice, enabledChoices } from "./choice.ts";
import { requireExpected } from "./expected-answer.ts";
import { FaultPlan } from "./fault-plan.ts";
import type { Agent, Outcome } from "./frame.ts";
import type { CommandPhase, Model, Phase } from "./model.ts";
import type { Schedule } from "./schedule.ts";
import { failure, type Session } from "./session.ts";
import type { Workload } from "./workload.ts";

/** Yields agents whose `call` must be executed; wants the outcome back. */
export type Drive = Generator<Agent, void, Outcome>;

export interface DriveOptions {
  readonly session: Session;
  readonly schedule: Schedule;
  /** the session's owner reports ended requests to it */
  readonly workload: Workload;
}

/**
 * Runs all phases.
 * @throws BlockgraphError `graph-refused` if a command of the model is refused; `deadlock` if
 * requests are left over that nothing can end
 */
export function* driveModel(model: Model, options: DriveOptions): Drive {
  for (const phase of model.phases) {
    if (phase.kind === "commands") sendCommands(phase, options.session);
    else yield* driveRequests(phase, options);
  }
}

/**
 * Sends the commands of a phase.
 * @throws BlockgraphError `graph-refused` naming the command that was answered otherwise than the
 * model says
 */
export function sendCommands(phase: CommandPhase, session: Session): void {
  for (const [index, command] of phase.commands.entries()) {
    requireExpected(phase, index, session.command(command));
  }
}

function* driveRequests(phase: Exclude<Phase, CommandPhase>, options: DriveOptions): Drive {
  const { session, schedule, workload } = options;
  const faults = new FaultPlan(phase.kind === "concurrent" ? (phase.faults ?? []) : [], schedule);
  const administrator = administratorOf(phase);
  workload.begin(phase, session);
  for (;;) {
    const ready = workload.ready(session);
    const choices = enabledChoices(session.execution);
    const count = ready.length + choices.length;
    const administers = administrator.isReady(session);
    if (count === 0 && !administers) break;
    const picked = schedule.pick(administers ? count + 1 : count);
    const source = ready[picked];
    const choice = choices[picked - ready.length];
    if (picked === count) administrator.act(session);
    else if (source !== undefined) workload.send(source, session, schedule);
    else if (choice !== undefined) {
      const errno = choice.kind === "deliver" ? faults.strike(choice.agent) : null;
      if (errno !== null) session.deliver(choice.agent, failure(errno));
      else yield* take(choice, session);
    }
  }
  requireIdle(session);
}

/** Who sends commands during a phase of requests. */
export function administratorOf(phase: Exclude<Phase, CommandPhase>): Administrator {
  return new Administrator(phase.kind === "concurrent" ? phase.administrator : undefined);
}

/** Lets one choice happen. */
export function* take(choice: Choice, session: Session): Drive {
  const { kind, agent } = choice;
  if (kind === "wake") session.wake(agent);
  else if (kind === "timeout") session.timeout(agent);
  else session.deliver(agent, yield agent);
}

/**
 * Nothing is enabled: is anybody left?
 * @throws BlockgraphError `deadlock` naming who waits where
 */
export function requireIdle(session: Session): void {
  const { agents } = session.execution;
  if (agents.size === 0) return;
  const stuck = [...agents.values()].map(({ id, frame, blocked, through }) => {
    const state = frame?.automaton.states[frame.state]?.name ?? "?";
    if (blocked === "queued") return `agent ${id} at the quiesced '${through}'`;
    return `agent ${id} in ${frame?.automaton.name ?? "an image"}, state ${state}`;
  });
  throw new BlockgraphError("deadlock", `nothing can go on: ${stuck.join("; ")}`);
}
