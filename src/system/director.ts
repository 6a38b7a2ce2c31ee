/**
 * Directing a session: what is to happen is said by meaning, not by number.
 *
 * A log names agents by the order in which they were created. Whoever found a behaviour by other
 * means (a checker) knows them by what they do: the second request in flight of the guest, and the
 * copy of the cluster at byte 65536 for it. The director finds the agent that is meant and lets it
 * take its step, so the session writes an ordinary log.
 */
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import type { Errno } from "../vocabulary.ts";
import { enabledChoices } from "./choice.ts";
import { type Drive, sendCommands } from "./drive.ts";
import { type Agent, rootFrame } from "./frame.ts";
import type { CommandPhase } from "./model.ts";
import type { RequestSpec } from "./request-spec.ts";
import { failure, type Session } from "./session.ts";

/** A request in flight: `slot` counts those of one actor from 0. */
export interface RequestPlace {
  readonly actor: string;
  readonly slot: number;
}

/** An agent: a request, or a task of a task of... a request, or a task whose request went on. */
export type AgentPlace =
  | { readonly kind: "request"; readonly request: RequestPlace }
  | { readonly kind: "task"; readonly owner: AgentPlace; readonly offset: number }
  | {
      readonly kind: "background";
      readonly node: string;
      readonly offset: number;
      /** the state of its innermost chart, where several are there */
      readonly state: string;
    };

/** What is to happen next. */
export type Direction =
  | { readonly kind: "commands"; readonly phases: readonly CommandPhase[] }
  /** an administrator begins a command while others do I/O */
  | { readonly kind: "begin"; readonly command: QmpCommand }
  /** nothing is under way where that command makes changes: it takes effect */
  | { readonly kind: "drained" }
  | { readonly kind: "request"; readonly place: RequestPlace; readonly request: RequestSpec }
  | {
      readonly kind: "step";
      readonly agent: AgentPlace;
      readonly event: "DONE" | "WAKE" | "TIMEOUT";
      /** the error with which the call fails; null: it succeeds */
      readonly errno: Errno | null;
      /** what the medium answers to block-status; bytes from the start of the call */
      readonly status: "data" | "zero" | null;
      /** bytes of zeros from a byte of an image on */
      zeros(image: string, offset: number, length: number): number;
    };

export class Director {
  readonly #session: Session;
  readonly #requests = new Map<string, number>();

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Lets it happen.
   * @throws BlockgraphError `log-not-enabled` if nobody can do that now; `graph-refused`
   */
  *take(direction: Direction): Drive {
    const session = this.#session;
    switch (direction.kind) {
      case "commands":
        for (const phase of direction.phases) sendCommands(phase, session);
        return;
      case "begin":
        session.begin(direction.command);
        return;
      case "drained":
        session.drained();
        return;
      case "request":
        this.#requests.set(keyOf(direction.place), session.requests);
        session.request(direction.request);
        return;
      case "step":
        yield* this.#step(direction);
    }
  }

  *#step(direction: Direction & { kind: "step" }): Drive {
    const session = this.#session;
    const { event, errno, status } = direction;
    const kind = ({ DONE: "deliver", WAKE: "wake", TIMEOUT: "timeout" } as const)[event];
    const agent = this.find(direction.agent);
    const enabled = enabledChoices(session.execution);
    if (!enabled.some((choice) => choice.agent === agent && choice.kind === kind)) {
      throw new BlockgraphError(
        "log-not-enabled",
        `${describe(direction.agent)} cannot take ${event} now`,
      );
    }
    if (kind === "wake") session.wake(agent);
    else if (kind === "timeout") session.timeout(agent);
    else if (errno !== null) session.deliver(agent, failure(errno));
    else {
      const outcome = yield agent;
      if (status === null || agent.call === null) session.deliver(agent, outcome);
      else {
        const { image, offset, length } = agent.call;
        const bytes = status === "data" ? length : direction.zeros(image, offset, length);
        session.deliver(agent, { ...outcome, status, bytes });
      }
    }
  }

  /**
   * The agent at a place.
   * @throws BlockgraphError `log-not-enabled` if there is none
   */
  find(place: AgentPlace): Agent {
    for (const agent of this.#session.execution.agents.values()) {
      if (this.#stands(agent, place)) return agent;
    }
    throw new BlockgraphError("log-not-enabled", `there is no ${describe(place)} now`);
  }

  #stands(agent: Agent, place: AgentPlace): boolean {
    switch (place.kind) {
      case "request":
        return agent.request >= 0 && agent.request === this.#requests.get(keyOf(place.request));
      case "task":
        return (
          agent.join !== null &&
          rootFrame(agent)?.offset === place.offset &&
          this.#stands(agent.join.agent, place.owner)
        );
      case "background": {
        const root = rootFrame(agent);
        if (agent.request >= 0 || agent.join !== null || root === null) return false;
        const { frame } = agent;
        const state = frame?.automaton.states[frame.state]?.name;
        const { node, offset } = place;
        return (
          root.node.description.name === node && root.offset === offset && state === place.state
        );
      }
    }
  }
}

function keyOf({ actor, slot }: RequestPlace): string {
  return `${actor} ${slot}`;
}

function describe(place: AgentPlace): string {
  switch (place.kind) {
    case "request":
      return `request ${place.request.slot} of '${place.request.actor}'`;
    case "task":
      return `task at byte ${place.offset} of ${describe(place.owner)}`;
    case "background":
      return `task of node '${place.node}' at byte ${place.offset} in the background`;
  }
}
