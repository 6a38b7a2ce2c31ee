/**
 * Which image calls fail: a model's fault sources, spent one by one.
 */
import type { Errno } from "../vocabulary.ts";
import type { Agent } from "./frame.ts";
import type { FaultSource } from "./model.ts";
import type { Schedule } from "./schedule.ts";

/** A call that could fail does so once in this many times. */
const ODDS = 4;

export class FaultPlan {
  readonly #sources: { readonly source: FaultSource; left: number }[];
  readonly #schedule: Schedule;

  constructor(sources: readonly FaultSource[], schedule: Schedule) {
    this.#sources = sources.map((source) => ({ source, left: source.times }));
    this.#schedule = schedule;
  }

  /** The error that the agent's image call shall end with; null if it goes well. */
  strike(agent: Agent): Errno | null {
    const { call } = agent;
    if (call === null) return null;
    const possible = this.#sources.find(
      ({ source, left }) =>
        left > 0 && source.image === call.image && source.operations.includes(call.operation),
    );
    if (possible === undefined || this.#schedule.pick(ODDS) !== 0) return null;
    possible.left--;
    return possible.source.errno;
  }
}
