/**
 * `cbw-timeout` in a free run: tells guests that have waited too long for their copies.
 *
 * In every other interpreter a time-out is an event that may happen at any time; here it happens
 * after the seconds that the filter's option says, give or take the interval of the check.
 */
import type { Agent, Join } from "../system/frame.ts";
import type { Session } from "../system/session.ts";

/** ms between two looks at who is waiting */
const INTERVAL_MS = 100;

export class CopyTimer {
  readonly #goOn: (session: Session, happen: () => void) => void;
  /** when a wait for copies was first seen, in ms */
  readonly #since = new Map<Join, number>();
  #interval: NodeJS.Timeout | null = null;

  /** @param goOn lets something happen to the session, and all that follows; handles errors */
  constructor(goOn: (session: Session, happen: () => void) => void) {
    this.#goOn = goOn;
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
    const waits = new Map<Join, Agent>();
    for (const agent of execution.agents.values()) {
      const join = agent.frame?.join ?? null;
      if (join !== null && execution.canTimeOut(agent)) waits.set(join, agent);
    }
    for (const join of this.#since.keys()) if (!waits.has(join)) this.#since.delete(join);
    for (const [join, agent] of waits) {
      const since = this.#since.get(join) ?? now;
      this.#since.set(join, since);
      if (now - since < limitOf(session, join.frame.node.description.name)) continue;
      this.#goOn(session, () => {
        if (agent.frame?.join === join) session.timeout(agent);
      });
    }
  }
}

/** ms that a guest waits at a filter; 0: for ever */
function limitOf(session: Session, node: string): number {
  const seconds = session.graph.nodes.get(node)?.options["cbw-timeout"];
  return typeof seconds === "number" ? seconds * 1000 : 0;
}
