/**
 * Drives a hand-written script through a session: commands and requests in order, and whatever the
 * script leaves open decided by the schedule.
 *
 * Requests overlap: between two inputs the schedule lets any number of steps happen. A command is
 * sent when everything before it has ended, as QEMU would drain; one that says `quiesces` is begun
 * at once, and takes effect at its `drained`, when all is quiet there. A script that spells out
 * steps or faults is in charge: then nothing happens between its lines but what they say. At the
 * end everything runs out.
 */
import { BlockgraphError } from "../error.ts";
import type { LogBody } from "../log/record.ts";
import { enabledChoices } from "./choice.ts";
import { type Drive, take } from "./drive.ts";
import { endSection, runOut } from "./run-out.ts";
import type { Schedule } from "./schedule.ts";
import { failure, type Session } from "./session.ts";

/**
 * @param script inputs; `start` must have been taken off, and consequences are not allowed
 * @throws BlockgraphError `log-mismatch` for a consequence; `log-not-enabled`; `deadlock`
 */
export function* driveScript(
  script: readonly LogBody[],
  session: Session,
  schedule: Schedule,
): Drive {
  const inCharge = script.some(({ kind }) => kind === "step" || kind === "fault");
  for (const input of script) {
    switch (input.kind) {
      case "qmp": {
        const command = { execute: input.execute, arguments: input.arguments };
        yield* endSection(session, schedule);
        if (input.quiesces !== undefined) session.begin(command);
        else {
          yield* runOut(session, schedule);
          session.command(command);
        }
        break;
      }
      case "drained":
        yield* endSection(session, schedule);
        break;
      case "io":
        if (!inCharge) yield* someSteps(session, schedule);
        session.request(input);
        break;
      case "step":
      case "fault":
        yield* explicitStep(input, session);
        break;
      case "crash":
        session.crash();
        break;
      case "note":
        session.note(input.text);
        break;
      default:
        throw new BlockgraphError(
          "log-mismatch",
          `a script holds inputs only, but there is a record of kind '${input.kind}'; ` +
            "leave it out, or use replay for a whole log",
        );
    }
  }
  yield* endSection(session, schedule);
  yield* runOut(session, schedule);
}

/** As many steps as the schedule likes, one pick at a time. */
function* someSteps(session: Session, schedule: Schedule): Drive {
  for (;;) {
    const choices = enabledChoices(session.execution);
    const choice = choices[schedule.pick(choices.length + 1) - 1];
    if (choice === undefined) return;
    yield* take(choice, session);
  }
}

function* explicitStep(input: LogBody & { kind: "step" | "fault" }, session: Session): Drive {
  const wanted = input.kind === "fault" ? "DONE" : input.event;
  const kind = ({ DONE: "deliver", WAKE: "wake", TIMEOUT: "timeout" } as const)[wanted];
  const choice = enabledChoices(session.execution).find(
    (candidate) => candidate.agent.id === input.agent && candidate.kind === kind,
  );
  if (choice === undefined) {
    throw new BlockgraphError(
      "log-not-enabled",
      `agent ${input.agent} cannot take ${wanted} at that point of the script; ` +
        "look at the log without that line to see who can",
    );
  }
  if (input.kind === "fault") session.deliver(choice.agent, failure(input.errno));
  else yield* take(choice, session);
}
