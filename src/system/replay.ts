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
import type { LogBody, LogRecord } from "../log/record.ts";
import type { Drive } from "./drive.ts";
import type { Agent } from "./frame.ts";
import { failure, type Session } from "./session.ts";

/** The records that a session appends during a replay, in order. */
export type Derived = readonly LogBody[];

/**
 * @param records the log, its `start` record included; may end anywhere
 * @param derived where the session's sink collects what it is given (including inputs)
 * @throws BlockgraphError `log-mismatch` at the first record that differs; `log-not-enabled` at a
 * step that cannot happen there
 */
export function* replayRecords(
  records: Iterable<LogRecord>,
  session: Session,
  derived: Derived,
): Drive {
  let position = 0;
  for (const record of records) {
    if (record.kind === "note" || record.kind === "start") continue;
    if (position === derived.length) yield* applyInput(record, session);
    const body = derived[position++];
    const given = bodyOf(record);
    if (body === undefined || !isDeepStrictEqual(body, given)) {
      throw new BlockgraphError(
        "log-mismatch",
        `record ${record.seq} is ${JSON.stringify(given)}, but replaying the log up to there gives ` +
          `${JSON.stringify(body ?? null)}; the log, the model or an image was changed since`,
      );
    }
  }
}

function* applyInput(record: LogRecord, session: Session): Drive {
  switch (record.kind) {
    case "qmp":
      session.command({ execute: record.execute, arguments: record.arguments });
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
    case "step": {
      const agent = agentOf(record.seq, record.agent, session);
      if (record.event === "DONE") {
        requireEnabled(record, agent.blocked === "call");
        const outcome = yield agent;
        const status = record.status;
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

function requireEnabled(record: LogRecord & { kind: "step" | "fault" }, enabled: boolean): void {
  if (enabled) return;
  const event = record.kind === "step" ? record.event : record.errno;
  throw new BlockgraphError(
    "log-not-enabled",
    `record ${record.seq} lets agent ${record.agent} take ${event}, which it cannot there`,
  );
}

function bodyOf(record: LogRecord): LogBody {
  const { v: _v, seq: _seq, prev: _prev, ...body } = record;
  return body;
}
