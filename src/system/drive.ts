/**
 * Drives a model through a session: sends its commands and requests, and decides what goes on next.
 *
 * A generator, so that simulator and runs share it: it yields an agent whenever an image must answer
 * that agent's call, and is resumed with the outcome. The simulator answers from memory at once; a
 * run on real images answers when the file did. All decisions come from the schedule, in a fixed
 * order, so the same schedule over the same answers gives the same log.
 */
import { BlockgraphError } from "../error.ts";
import { rootNode } from "../graph/graph.ts";
import { type Choice, enabledChoices } from "./choice.ts";
import type { Agent, Outcome } from "./frame.ts";
import type { FaultSource, Model, Phase } from "./model.ts";
import { RequestSource } from "./request-source.ts";
import type { Schedule } from "./schedule.ts";
import { failure, type Session } from "./session.ts";

/** Yields agents whose `call` must be executed; wants the outcome back. */
export type Drive = Generator<Agent, void, Outcome>;

/** Where a driven session reports what its owner must handle. */
export interface DriveOptions {
  readonly session: Session;
  readonly schedule: Schedule;
  /** set by {@link driveModel}: called by the session's owner when a request ended */
  readonly ended: Map<number, (data: Uint8Array | null) => void>;
  /** a device or export was read as a whole, in pieces */
  dumped(filename: string, offset: number, piece: Uint8Array): void;
}

/** bytes that a dump reads at once */
const DUMP_PIECE = 1024 * 1024;

/**
 * Runs all phases.
 * @throws BlockgraphError `graph-refused` if a command of the model is refused; `log-not-enabled` if
 * requests are left over that nothing can end
 */
export function* driveModel(model: Model, options: DriveOptions): Drive {
  for (const phase of model.phases) yield* drivePhase(phase, options);
}

function* drivePhase(phase: Phase, options: DriveOptions): Drive {
  switch (phase.kind) {
    case "commands":
      for (const command of phase.commands) {
        const refused = options.session.command(command);
        if (refused === null) continue;
        throw new BlockgraphError("graph-refused", `${command.execute} was refused: ${refused}`);
      }
      return;
    case "concurrent": {
      const sources = phase.actors.map((actor) => new RequestSource(actor));
      yield* driveRequests(sources, phase.faults ?? [], options);
      return;
    }
    case "dump":
      yield* dump(phase.through, phase.filename, options);
  }
}

function* driveRequests(
  sources: readonly RequestSource[],
  faultSources: readonly FaultSource[],
  options: DriveOptions,
): Drive {
  const { session, schedule } = options;
  const faults = faultSources.map((source) => ({ ...source, left: source.times }));
  for (;;) {
    const ready = sources.filter((source) => source.ready);
    const choices = enabledChoices(session.execution);
    if (ready.length + choices.length === 0) {
      requireIdle(session);
      return;
    }
    const picked = schedule.pick(ready.length + choices.length);
    const source = ready[picked];
    if (source !== undefined) {
      send(source, options);
      continue;
    }
    const choice = choices[picked - ready.length];
    if (choice === undefined) throw new RangeError(`the schedule picked ${picked}`);
    const fault = faultFor(choice, faults, schedule);
    if (fault !== undefined) {
      fault.left--;
      session.deliver(choice.agent, failure(fault.errno));
    } else yield* take(choice, session);
  }
}

/** Lets one choice happen. */
export function* take(choice: Choice, session: Session): Drive {
  const { kind, agent } = choice;
  if (kind === "wake") session.wake(agent);
  else if (kind === "timeout") session.timeout(agent);
  else session.deliver(agent, yield agent);
}

function send(source: RequestSource, options: DriveOptions): void {
  const { session, schedule, ended } = options;
  const length = entryLength(session, source.actor.through);
  source.inFlight++;
  const before = session.requests;
  // Registered first, because a request may be over before `request` returns.
  ended.set(before, () => source.inFlight--);
  session.request(source.next(schedule, length));
}

function faultFor(
  choice: Choice,
  faults: {
    readonly image: string;
    operations: FaultSource["operations"];
    left: number;
    errno: FaultSource["errno"];
  }[],
  schedule: Schedule,
) {
  const { call } = choice.agent;
  if (choice.kind !== "deliver" || call === null) return undefined;
  const possible = faults.find(
    ({ image, operations, left }) =>
      left > 0 && image === call.image && operations.includes(call.operation),
  );
  return possible !== undefined && schedule.pick(4) === 0 ? possible : undefined;
}

function* dump(through: string, filename: string, options: DriveOptions): Drive {
  const { session, ended } = options;
  const end = entryLength(session, through);
  for (let offset = 0; offset < end; offset += DUMP_PIECE) {
    const length = Math.min(DUMP_PIECE, end - offset);
    ended.set(session.requests, (data) => {
      if (data !== null) options.dumped(filename, offset, data);
    });
    session.request({ through, operation: "read", offset, length });
    while (session.execution.agents.size > 0) {
      const [choice] = enabledChoices(session.execution);
      if (choice === undefined) requireIdle(session);
      else yield* take(choice, session);
    }
  }
}

/** Bytes of the node that a device or export uses. */
export function entryLength(session: Session, through: string): number {
  const node = rootNode(session.graph, through);
  return node === undefined ? 0 : session.execution.node(node).description.length;
}

function requireIdle(session: Session): void {
  const { agents } = session.execution;
  if (agents.size === 0) return;
  const stuck = [...agents.values()].map(({ id, frame }) => {
    const state = frame?.automaton.states[frame.state]?.name ?? "?";
    return `agent ${id} in ${frame?.automaton.name ?? "image"}, state ${state}`;
  });
  throw new BlockgraphError("log-not-enabled", `deadlock: nothing can go on (${stuck.join("; ")})`);
}
