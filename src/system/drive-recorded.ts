/**
 * Drives the inputs of a log through a session that may be another one than made it: what was
 * decided is done again as far as it can be, and nothing that follows is compared.
 *
 * This is how a counterexample becomes a regression test: a design that was repaired takes another
 * way at some point, and from there on the recorded schedule fits only by and by. A step of an
 * agent that is not there, or cannot take it, is left out; commands wait until everything before
 * them has ended, or what they drain; at the end everything runs out.
 */
import type { LogBody } from "../log/record.ts";
import { enabledChoices } from "./choice.ts";
import { type Drive, take } from "./drive.ts";
import { endSection, runOut } from "./run-out.ts";
import { explicitSchedule } from "./schedule.ts";
import { failure, type Session } from "./session.ts";

/** Nobody decided it: always the first choice. */
const FIRST = explicitSchedule([]);

/** @throws BlockgraphError `deadlock` if requests are left over that nothing can end */
export function* driveRecorded(inputs: Iterable<LogBody>, session: Session): Drive {
  for (const input of inputs) {
    switch (input.kind) {
      case "qmp": {
        const command = { execute: input.execute, arguments: input.arguments };
        yield* endSection(session, FIRST);
        if (input.quiesces !== undefined) session.begin(command);
        else {
          yield* runOut(session, FIRST);
          session.command(command);
        }
        break;
      }
      case "drained":
        yield* endSection(session, FIRST);
        break;
      case "io":
        if (!session.takesRequests(input.through)) yield* endSection(session, FIRST);
        session.request(input);
        break;
      case "step":
      case "fault":
        yield* ifEnabled(input, session);
        break;
      case "crash":
        session.crash();
        break;
      default:
    }
  }
  yield* endSection(session, FIRST);
  yield* runOut(session, FIRST);
}

function* ifEnabled(input: LogBody & { kind: "step" | "fault" }, session: Session): Drive {
  const event = input.kind === "fault" ? "DONE" : input.event;
  const kind = ({ DONE: "deliver", WAKE: "wake", TIMEOUT: "timeout" } as const)[event];
  const choice = enabledChoices(session.execution).find(
    (candidate) => candidate.agent.id === input.agent && candidate.kind === kind,
  );
  if (choice === undefined) return;
  if (input.kind === "fault") session.deliver(choice.agent, failure(input.errno));
  else yield* take(choice, session);
}
