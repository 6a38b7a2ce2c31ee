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
  readonly #session: Session;
  /** when a waiting agent was first seen, in ms */
  readonly #since = new Map<Agent, number>();
  #interval: NodeJS.Timeout | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Looks from now on, if there is a filter that has a time-out. */
  watch(): void {
    if (this.#interval !== null || !this.#anyTimeout()) return;
    this.#interval = setInterval(() => this.#look(), INTERVAL_MS);
    this.#interval.unref();
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = null;
  }

  #anyTimeout(): boolean {
    for (const node of this.#session.graph.nodes.keys()) if (this.#limit(node) > 0) return true;
    return false;
  }

  #limit(node: string): number {
    const seconds = this.#session.graph.nodes.get(node)?.options["cbw-timeout"];
    return typeof seconds === "number" ? seconds * 1000 : 0;
  }

  #look(): void {
    const { execution } = this.#session;
    const now = performance.now();
    const waiting = [...execution.agents.values()].filter((agent) => execution.canTimeOut(agent));
    for (const agent of this.#since.keys()) {
      if (!waiting.includes(agent)) this.#since.delete(agent);
    }
    for (const agent of waiting) {
      const since = this.#since.get(agent) ?? now;
      this.#since.set(agent, since);
      const limit = this.#limit(agent.frame?.node.description.name ?? "");
      if (now - since >= limit) this.#session.timeout(agent);
    }
  }
}
