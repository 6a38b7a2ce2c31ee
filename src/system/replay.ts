/**
 * Replays a log: does again what was decided, and compares everything that follows from it.
 *
 * Inputs (commands, requests, steps, faults, crashes) are fed to a session; consequences (returns,
 * errors, completions with their digests) are derived by it and must be those of the log, record by
 * record. What the medium answered to block-status was chance and is taken from the log.
 *
 * A generator like `driveModel`: it yields agents whose call must be executed on an image.
 */
import { isDeepStrictEqual } from "node:util";
import { BlockgraphError } from "../error.ts";
import type { LogRecord } from "../log/record.ts";
import type { Drive } from "./drive.ts";
import type { Agent } from "./frame.ts";
import { failure, type Session } from "./session.ts";

/**
 * @param records the log from its `start` record on; may end anywhere
 * @param derived what the session's sink was given so far, as records; grows as the session goes on
 * @throws BlockgraphError `log-mismatch` at the first record that differs; `log-not-enabled` at a
 * step that cannot happen there
 */
export function* replayRecords(
  records: Iterable<LogRecord>,
  session: Session,
  derived: readonly LogRecord[],
): Drive {
  let position = 0;
  for (const record of records) {
    if (position === derived.length) yield* applyInput(record, session);
    const again = derived[position++];
    if (isDeepStrictEqual(again, record)) continue;
    throw new BlockgraphError(
      "log-mismatch",
      `record ${record.seq} is ${brief(record)}, but replaying the log up to there gives ` +
        `${again === undefined ? "nothing" : brief(again)}; the log, the model's charts or an ` +
        "image are not what they were",
    );
  }
}

function* applyInput(record: LogRecord, session: Session): Drive {
  switch (record.kind) {
    case "qmp": {
      const command = { execute: record.execute, arguments: record.arguments };
      if (record.quiesces === undefined) session.command(command);
      else session.begin(command);
      return;
    }
    case "drained":
      session.drained();
      return;
    case "io":
      session.request(record);
      return;
    case "fault": {
      const agent = agentOf(record.seq, record.agent, session);
      requireEnabled(record, agent.blocked === "call");
      session.deliver(agent, failure(record.errno));
      return;
    }
    case "crash":
      session.crash();
      return;
    case "note":
      session.note(record.text);
      return;
    case "step": {
      const agent = agentOf(record.seq, record.agent, session);
      if (record.event === "DONE") {
        requireEnabled(record, agent.blocked === "call");
        const { status } = record;
        requireFitting(record, agent);
        const outcome = yield agent;
        session.deliver(agent, status === undefined ? outcome : { ...outcome, ...status });
      } else if (record.event === "WAKE") {
        requireEnabled(record, session.execution.canWake(agent));
        session.wake(agent);
      } else {
        requireEnabled(record, session.execution.canTimeOut(agent));
        session.timeout(agent);
      }
    }
  }
}

function agentOf(seq: number, id: number, session: Session): Agent {
  const agent = session.execution.agents.get(id);
  if (agent !== undefined) return agent;
  throw new BlockgraphError(
    "log-not-enabled",
    `record ${seq} names agent ${id}, which is not in flight there; correct the step or drop it`,
  );
}

/** Only block-status answers with a status, and only for what it was asked. */
function requireFitting(record: LogRecord & { kind: "step" }, { call }: Agent): void {
  const asked = call?.operation === "block-status" ? call.length : 0;
  const told = record.status?.bytes ?? 0;
  if (asked === 0 ? told === 0 : told >= 1 && told <= asked) return;
  throw new BlockgraphError(
    "log-not-enabled",
    `record ${record.seq} answers a ${call?.operation ?? "wait"} of ${call?.length ?? 0} bytes ` +
      `with a status for ${told} bytes, which no image can`,
  );
}

function requireEnabled(record: LogRecord & { kind: "step" | "fault" }, enabled: boolean): void {
  if (enabled) return;
  const event = record.kind === "step" ? record.event : record.errno;
  throw new BlockgraphError(
    "log-not-enabled",
    `record ${record.seq} lets agent ${record.agent} take ${event}, which it cannot there`,
  );
}

/** A record without its envelope, cut to a readable length. */
function brief(record: LogRecord): string {
  const { v: _v, seq: _seq, prev: _prev, ...body } = record;
  const text = JSON.stringify(body);
  return text.length <= BRIEF_MAX ? text : `${text.slice(0, BRIEF_MAX)}...`;
}

/** characters */
const BRIEF_MAX = 200;
