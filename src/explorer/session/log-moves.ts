/**
 * What can happen next in a session that was made from a log.
 */
import type { LogRecord } from "../../log/record.ts";
import { agentsInFlight } from "../../report/in-flight.ts";
import type { Simulation } from "../../simulate/simulation.ts";
import { type Choice, enabledChoices } from "../../system/choice.ts";
import { take } from "../../system/drive.ts";
import { failure, type Session } from "../../system/session.ts";
import type { Errno } from "../../vocabulary.ts";

type InputRecord = Extract<LogRecord, { kind: "io" | "qmp" }>;

export type LogMove = {
  /** the same for the same move from the same state */
  readonly key: string;
  readonly who: string;
  readonly what: string;
} & (
  | { readonly kind: "choice"; readonly agent: number; readonly choice: Choice["kind"] }
  | { readonly kind: "fault"; readonly agent: number; readonly errno: Errno }
  /** nothing is under way any more where a command makes changes */
  | { readonly kind: "drained" }
  /** a command or request that the log has later */
  | { readonly kind: "input"; readonly record: InputRecord }
);

/** With what calls fail: what a bad disk says. */
const ERRNO = "EIO" satisfies Errno;

/**
 * @param inputs that the log has after this and that did not come yet, in its order
 * @param records the log up to now
 */
export function logMoves(
  session: Session,
  inputs: readonly LogRecord[],
  records: readonly LogRecord[],
): LogMove[] {
  const texts = new Map(
    agentsInFlight(session.execution, records).map(({ agent, what, waits }) => [
      agent,
      { what, waits },
    ]),
  );
  const choices = enabledChoices(session.execution).flatMap(({ kind, agent }): LogMove[] => {
    const { what = "", waits = "" } = texts.get(agent.id) ?? {};
    const who = `agent ${agent.id} (${what})`;
    const move = { kind: "choice", agent: agent.id, choice: kind, who } as const;
    if (kind === "wake") return [{ ...move, key: `wake ${agent.id}`, what: "asks again" }];
    if (kind === "timeout") {
      return [{ ...move, key: `timeout ${agent.id}`, what: "stops waiting for its copies" }];
    }
    const call = waits.replace(/^waits for /, "").replace(/ to /, ": ");
    return [
      { ...move, key: `done ${agent.id}`, what: `${call} ends` },
      {
        ...{ kind: "fault", agent: agent.id, errno: ERRNO, who },
        ...{ key: `fail ${agent.id}`, what: `${call} fails with ${ERRNO}` },
      },
    ];
  });
  const drained: LogMove[] = session.quiet
    ? [{ kind: "drained", key: "drained", who: "administrator", what: "finds everything drained" }]
    : [];
  return [...choices, ...drained, ...nextInputs(session, inputs)];
}

/** The next command, and the next request of every client, as far as they can come now. */
function nextInputs(session: Session, inputs: readonly LogRecord[]): LogMove[] {
  const asked = new Set<string>();
  return inputs.flatMap((record): LogMove[] => {
    if (record.kind !== "io" && record.kind !== "qmp") return [];
    const client = record.kind === "io" ? `io ${record.through}` : "qmp";
    if (asked.has(client)) return [];
    asked.add(client);
    if (!canCome(session, record)) return [];
    return [{ kind: "input", key: `input ${record.seq}`, record, ...inputText(record) }];
  });
}

function canCome(session: Session, record: InputRecord): boolean {
  if (record.kind === "qmp") {
    return record.quiesces === undefined ? session.execution.agents.size === 0 : !session.draining;
  }
  const { graph } = session;
  const { through } = record;
  const isThere =
    graph.devices.has(through) || graph.exports.has(through) || graph.jobs.has(through);
  return isThere && session.takesRequests(through);
}

function inputText(record: InputRecord) {
  if (record.kind === "qmp") {
    return { who: "administrator", what: `sends ${record.execute}, as in record ${record.seq}` };
  }
  const { through, operation, offset, length, seq } = record;
  const what = `sends ${operation} of ${length} bytes at ${offset}, as in record ${seq}`;
  return { who: through, what };
}

/**
 * Lets a move happen.
 * @throws BlockgraphError `request-invalid` for a request that does not fit any more
 */
export function takeMove(move: LogMove, simulation: Simulation): void {
  const { session } = simulation;
  if (move.kind === "drained") session.drained();
  else if (move.kind === "input") sendInput(session, move.record);
  else {
    const agent = session.execution.agents.get(move.agent);
    if (agent === undefined) throw new RangeError(`there is no agent ${move.agent}`);
    if (move.kind === "fault") session.deliver(agent, failure(move.errno));
    else simulation.run(take({ kind: move.choice, agent }, session));
  }
}

function sendInput(session: Session, record: InputRecord): void {
  if (record.kind === "io") {
    const { through, operation, offset, length, data } = record;
    session.request({ through, operation, offset, length, data });
    return;
  }
  const command = { execute: record.execute, arguments: record.arguments };
  if (record.quiesces === undefined) session.command(command);
  else session.begin(command);
}
