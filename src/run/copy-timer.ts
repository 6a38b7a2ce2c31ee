/**
 * `cbw-timeout` in a free run: tells guests that have waited too long for their copies.
 *
 * In every other interpreter a time-out is an event that may happen at any time; here it happens
 * after the seconds that the filter's option says, give or take the interval of the check.
 */
import type { Agent } from "../system/frame.ts";
import type { Session } from "../system/session.ts";

/** ms between two looks at who is waiting */
const INTERVAL_MS = 100;

export class CopyTimer {
  readonly #timedOut: () => void;
  /** when a waiting agent was first seen, in ms */
  readonly #since = new Map<Agent, number>();
  #interval: NodeJS.Timeout | null = null;

  /** @param timedOut called after a guest was told, since others may be able to go on */
  constructor(timedOut: () => void) {
    this.#timedOut = timedOut;
  }

  /** Looks from now on if the graph has a filter with a time-out, and no longer if it has none. */
  watch(session: Session): void {
    this.stop();
    if (![...session.graph.nodes.keys()].some((node) => limitOf(session, node) > 0)) return;
    this.#interval = setInterval(() => this.#look(session), INTERVAL_MS);
    this.#interval.unref();
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = null;
    this.#since.clear();
  }

  #look(session: Session): void {
    const { execution } = session;
    const now = performance.now();
    const waiting = [...execution.agents.values()].filter((agent) => execution.canTimeOut(agent));
    for (const agent of this.#since.keys()) {
      if (!waiting.includes(agent)) this.#since.delete(agent);
    }
    let told = false;
    for (const agent of waiting) {
      const since = this.#since.get(agent) ?? now;
      this.#since.set(agent, since);
      if (now - since < limitOf(session, agent.frame?.node.description.name ?? "")) continue;
      session.timeout(agent);
      told = true;
    }
    if (told) this.#timedOut();
  }
}

/** ms that a guest waits at a filter; 0: for ever */
function limitOf(session: Session, node: string): number {
  const seconds = session.graph.nodes.get(node)?.options["cbw-timeout"];
  return typeof seconds === "number" ? seconds * 1000 : 0;
}
