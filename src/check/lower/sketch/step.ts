/**
 * One path of an actor as the body of an alternative: conditions first, then changes.
 *
 * Everything that a path depends on is looked up before anything is changed, because a step that
 * blocks must not have happened: the cells' state is followed through the tables in locals, and put
 * back once. Then values move, in the order of the path; what was read is in locals too, and what
 * must be remembered is written at the end. What fails does so before anything is written, so that
 * its text says what was read.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Ask, Call, Register } from "../../../chart/effects.ts";
import type { SketchActor, SketchDesign } from "../../../system/sketch.ts";
import {
  binary,
  block,
  cover,
  field,
  goto,
  local,
  set,
  type Term,
  when,
} from "../../program/build.ts";
import type { Alternative, Statement } from "../../program/program.ts";
import type { Path } from "./actor-paths.ts";
import type { Cells } from "./cells.ts";
import type { Registers } from "./registers.ts";
import type { ViewJudges } from "./view-judges.ts";

/** What all steps of an actor have in common. */
export interface ActorPlan {
  readonly design: SketchDesign;
  readonly actor: SketchActor;
  readonly automaton: Automaton;
  readonly cells: Cells;
  readonly registers: Registers;
  /** registers that have a field */
  readonly remembered: readonly Register[];
  readonly judges: ViewJudges | null;
  /** number of the coverage item of a (state, event) of the actor's chart */
  readonly item: (state: number, event: number) => number;
}

/** Name of the field in which an actor remembers something. */
export function fieldOf(actor: SketchActor, variable: Register | "address"): string {
  return `${actor.name}.${variable}`;
}

export function stepOf(plan: ActorPlan, path: Path): Alternative {
  return new Step(plan, path).alternative();
}

class Step {
  readonly #plan: ActorPlan;
  readonly #path: Path;
  readonly #conditions: Statement[] = [];
  readonly #covers: Statement[] = [];
  readonly #changes: Statement[] = [];
  /** what happened, for people */
  readonly #words: string[] = [];
  /** what the step put into registers; the others are as remembered */
  readonly #held = new Map<Register, Term>();
  /** registers of which the remembered value is used */
  readonly #recalled = new Set<Register>();
  /** local that holds the state of the cell so far */
  #cell: string | null = null;
  #cellChanged = false;
  /** whether a store was written, so that what is read from now on may be new */
  #wrote = false;
  #names = 0;

  constructor(plan: ActorPlan, path: Path) {
    this.#plan = plan;
    this.#path = path;
  }

  alternative(): Alternative {
    const { design, actor, automaton } = this.#plan;
    const first = this.#path[0];
    const last = this.#path.at(-1);
    if (first === undefined || last === undefined) throw new Error("internal: an empty path");
    const chooses = first.effect.kind === "choose";
    for (const leg of this.#path) {
      this.#covers.push(cover(this.#plan.item(leg.state, leg.event)));
      this.#perform(leg);
      for (const { from, to } of automaton.moves(leg.state, leg.event)) {
        this.#held.set(to, from === "zero" ? 0 : this.#value(from));
      }
    }
    if (last.next === 0) this.#observe();
    if (this.#cell !== null && this.#cellChanged) {
      this.#changes.push(set(design.cells.name, "address", this.#cell));
    }
    this.#remember(first.state, last.next);
    const valued = chooses && this.#held.has("data");
    const words = this.#words.length === 0 ? "" : `: ${this.#words.join(", ")}`;
    return {
      name: this.#path.map((leg) => automaton.events[leg.event]).join(" "),
      text:
        `${actor.name} {self} ${automaton.states[first.state]?.name} ` +
        `${design.cells.name} {address}${valued ? ", value {value}" : ""}${words}`,
      choices: chooses ? this.#choices(valued) : [],
      fair: !chooses,
      body: [
        ...this.#recall(chooses),
        ...this.#conditions,
        ...this.#covers,
        ...this.#changes,
        goto(automaton.states[last.next]?.name ?? ""),
      ],
    };
  }

  #choices(valued: boolean): Alternative["choices"] {
    const address = { local: "address", count: this.#plan.design.cells.count };
    const choice = { local: "choice", count: this.#plan.design.values - 1 };
    return valued ? [address, choice] : [address];
  }

  #perform({ effect, state, event }: Path[number]): void {
    if (effect.kind === "choose" && effect.what === "address-and-value") {
      this.#changes.push(local("value", binary("choice", "+", 1)));
      this.#held.set("data", "value");
    } else if (effect.kind === "ask") {
      this.#ask(effect, this.#plan.automaton.events[event] ?? "", state === this.#path[0]?.state);
    } else if (effect.kind === "call") {
      this.#call(effect);
    }
  }

  /** @param waits whether the step begins with it: then it can be put off, else it cannot */
  #ask({ event }: Ask, reply: string, waits: boolean): void {
    const { cells, actor } = this.#plan;
    const before = this.#cell ?? this.#name("cell");
    if (this.#cell === null) this.#conditions.push(local(before, field(cells.name, "address")));
    const answer = cells.reply(event, before);
    if (cells.hasBounds(event)) {
      const message = `${event} of ${actor.name} leaves the bounds of ${cells.automaton.name}`;
      this.#conditions.push(when(cells.bounds(event, before), [{ kind: "fail", message }]));
    }
    if (!waits && cells.hasWaits(event)) {
      const message = `${actor.name} cannot go on at once: ${cells.name} does not take ${event}`;
      this.#conditions.push(when(binary(answer, "<", 0), [{ kind: "fail", message }]));
    }
    const index = cells.automaton.replies.indexOf(reply);
    if (waits || cells.replies(event).length > 1) {
      this.#conditions.push(when(binary(answer, "!=", index), [block]));
    }
    this.#covers.push(cover(cells.item(event, before)));
    this.#cell = before;
    if (!cells.keeps(event, reply)) {
      this.#cell = this.#name("cell");
      this.#cellChanged = true;
      this.#conditions.push(local(this.#cell, cells.next(event, before)));
    }
    if (reply !== "OK") this.#words.push(reply.toLowerCase().replaceAll("_", " "));
  }

  #call({ child, operation, register }: Call): void {
    if (register === null) return;
    if (operation === "read") {
      const read = this.#name("read");
      const statements = this.#wrote ? this.#changes : this.#conditions;
      statements.push(local(read, field(child, "address")));
      this.#held.set(register, read);
      this.#words.push(`read {${read}} from ${child}`);
    } else {
      const written = this.#name("written");
      this.#changes.push(local(written, this.#value(register)));
      this.#changes.push(set(child, "address", written));
      this.#wrote = true;
      this.#words.push(`wrote {${written}} to ${child}`);
    }
  }

  #observe(): void {
    const { judges } = this.#plan;
    if (judges !== null) this.#changes.push(...judges.judge(this.#value("data")));
  }

  /** Writes what is used later, and forgets what is not. */
  #remember(from: number, to: number): void {
    const { actor, registers, remembered, design } = this.#plan;
    for (const register of remembered) {
      const name = fieldOf(actor, register);
      const held = this.#held.get(register);
      if (registers.isLive(register, to)) {
        const least = registers.least(register);
        const kept = held !== undefined && least !== 0 ? binary(held, "-", least) : held;
        if (kept !== undefined) this.#changes.push(set(name, "self", kept));
      } else if (registers.isLive(register, from)) {
        this.#changes.push(set(name, "self", 0));
      }
    }
    const address = fieldOf(actor, "address");
    if (!registers.isLive("address", to)) {
      if (registers.isLive("address", from)) {
        this.#changes.push(set(address, "self", design.cells.count));
      }
    } else if (this.#path[0]?.effect.kind === "choose") {
      this.#changes.push(set(address, "self", "address"));
    }
  }

  /** Looks up what is remembered and needed. */
  #recall(chooses: boolean): Statement[] {
    const { actor, registers } = this.#plan;
    const recalled = [...this.#recalled].map((register) => {
      const kept = field(fieldOf(actor, register), "self");
      const least = registers.least(register);
      return local(register, least === 0 ? kept : binary(kept, "+", least));
    });
    return chooses
      ? recalled
      : [local("address", field(fieldOf(actor, "address"), "self")), ...recalled];
  }

  #value(register: Register): Term {
    const held = this.#held.get(register);
    if (held !== undefined) return held;
    if (!this.#plan.remembered.includes(register)) return 0;
    this.#recalled.add(register);
    return register;
  }

  #name(stem: string): string {
    this.#names += 1;
    return `${stem}${this.#names}`;
  }
}
