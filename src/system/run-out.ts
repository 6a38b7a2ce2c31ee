/**
 * Letting what is under way go on, with nothing new, for whoever drives a session by inputs.
 */
import { enabledChoices } from "./choice.ts";
import { type Drive, requireIdle, take } from "./drive.ts";
import type { Agent, Outcome } from "./frame.ts";
import type { Schedule } from "./schedule.ts";
import type { Session } from "./session.ts";

/**
 * Goes on until nothing can.
 * @throws BlockgraphError `deadlock` if requests are left over
 */
export function* runOut(session: Session, schedule: Schedule): Drive {
  while (yield* oneStep(session, schedule));
  requireIdle(session);
}

/**
 * Goes on until a command that waits for its drained section takes effect, if there is one.
 * @throws BlockgraphError `log-not-enabled` if it waits for what cannot end
 */
export function* endSection(session: Session, schedule: Schedule): Drive {
  while (session.draining && !session.quiet) {
    if (!(yield* oneStep(session, schedule))) break;
  }
  if (session.draining) session.drained();
}

/** @returns whether there was a step to take */
function* oneStep(session: Session, schedule: Schedule): Generator<Agent, boolean, Outcome> {
  const choices = enabledChoices(session.execution);
  const choice = choices[schedule.pick(choices.length)];
  if (choice === undefined) return false;
  yield* take(choice, session);
  return true;
}
