/**
 * The steps of an actor of a format sketch: every way from one rest of its chart to the next.
 *
 * Where a question may be answered in several ways, paths part (sketch/actor-paths.ts).
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Ask, Call, Effect } from "../../../chart/effects.ts";
import type { BlockgraphError } from "../../../error.ts";
import type { FormatActor } from "../../../system/format-sketch.ts";
import { ActorPaths, type Leg, malformed } from "../sketch/actor-paths.ts";
import { handledPairs } from "../sketch/cells.ts";
import type { FormatPlan, Variable } from "./plan.ts";

/** What calls there are, and what of a request each uses and finds. */
const CALLS: Readonly<Record<string, { uses: readonly Variable[]; sets: readonly Variable[] }>> = {
  "entry read": { uses: ["address"], sets: ["host"] },
  "entry write": { uses: ["address", "host"], sets: [] },
  "entry discard": { uses: ["address"], sets: [] },
  "cluster read": { uses: ["address", "host"], sets: [] },
  "cluster write": { uses: ["address", "host", "value"], sets: [] },
  "cluster discard": { uses: ["host"], sets: [] },
  "refcounts read": { uses: [], sets: [] },
  "refcounts write": { uses: [], sets: [] },
  "mapping read": { uses: [], sets: [] },
  "mapping write": { uses: [], sets: [] },
  "file flush": { uses: [], sets: [] },
};

export function callName({ child, operation }: Call): string {
  return `${child} ${operation}`;
}

export class FormatPaths extends ActorPaths<FormatActor> {
  readonly #plan: FormatPlan;
  readonly #live: readonly ReadonlySet<Variable>[];

  /**
   * @param automaton that of the actor's chart, complete
   * @throws BlockgraphError `chart-malformed` if the chart does what a format sketch cannot
   */
  constructor(plan: FormatPlan, actor: FormatActor, automaton: Automaton) {
    super(actor, automaton);
    this.#plan = plan;
    this.#live = this.#liveVariables();
  }

  /** Whether a variable is used after a state before it is found anew. */
  isLive(variable: Variable, state: number): boolean {
    return this.#live[state]?.has(variable) ?? false;
  }

  protected override legs(state: number): Leg[] {
    const effect = this.automaton.states[state]?.effect;
    if (effect?.kind === "choose") return [this.leg(state, "CHOSEN", effect)];
    if (effect?.kind === "call") {
      const name = callName(effect);
      if (!(name in CALLS)) throw this.#cannot(state, name);
      const none = name === "mapping write" ? [this.leg(state, "NONE", effect)] : [];
      return [this.leg(state, "DONE", effect), ...none];
    }
    if (effect?.kind === "ask" && effect.chart === "cluster" && !effect.run) {
      return this.#answers(state, effect).map((answer) => this.leg(state, answer, effect));
    }
    throw this.#cannot(state, effect?.kind ?? "nothing");
  }

  #answers(state: number, { event, over }: Ask): string[] {
    const { guests, hosts } = this.#plan;
    const replies = [...guests.replies(event), ...hosts.replies(event)];
    if (replies.length === 0) throw this.#cannot(state, `${event}, to which nobody replies`);
    return over === "any" ? [...replies, "NONE"] : replies;
  }

  /** The least sets that the transitions allow, backwards. */
  #liveVariables(): Set<Variable>[] {
    const live = this.automaton.states.map(() => new Set<Variable>());
    for (let grew = true; grew; ) {
      grew = false;
      for (const { state, event } of handledPairs(this.automaton)) {
        const after = new Set(live[this.automaton.next(state, event)]);
        const { uses, sets } = this.#access(this.automaton.states[state]?.effect ?? null);
        for (const variable of sets) after.delete(variable);
        for (const variable of [...after, ...uses]) {
          if (live[state]?.has(variable) !== false) continue;
          live[state]?.add(variable);
          grew = true;
        }
      }
    }
    // A change is watched until it ends.
    const changes = this.actor.request === "write" || this.actor.request === "discard";
    for (const [state, variables] of live.entries()) {
      if (!changes || state === 0) continue;
      variables.add("address");
      if (this.actor.request === "write") variables.add("value");
    }
    return live;
  }

  #access(effect: Effect | null): { uses: readonly Variable[]; sets: readonly Variable[] } {
    if (effect?.kind === "call") return CALLS[callName(effect)] ?? { uses: [], sets: [] };
    if (effect?.kind === "choose") {
      const of = this.actor.chooses === "host" ? "host" : "address";
      return { uses: [], sets: effect.what === "address-and-value" ? [of, "value"] : [of] };
    }
    if (effect?.kind !== "ask" || effect.over === "all") return { uses: [], sets: [] };
    if (effect.over === "any") return { uses: [], sets: ["host"] };
    const ofGuest = this.#plan.guests.replies(effect.event).length > 0;
    return { uses: [ofGuest ? "address" : "host"], sets: [] };
  }

  #cannot(state: number, what: string): BlockgraphError {
    const can = "let it choose, ask, or call what format-sketch.ts lists";
    return malformed(this.actor, `state ${this.nameOf(state)} does ${what}; ${can}`);
  }
}
