/**
 * One path of an actor of a format sketch as the body of an alternative.
 *
 * Everything that a path depends on is looked up before anything is changed, because a step that
 * blocks must not have happened. So a path asks one guest cluster and one host cluster at most, or
 * all host clusters; their states are followed in locals and put back at the end.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Ask } from "../../../chart/effects.ts";
import type { FormatActor } from "../../../system/format-sketch.ts";
import {
  binary,
  block,
  cover,
  field,
  goto,
  leave,
  local,
  loop,
  set,
  type Term,
  when,
} from "../../program/build.ts";
import type { Alternative, Statement } from "../../program/program.ts";
import type { Leg, Path } from "../sketch/actor-paths.ts";
import type { Cells } from "../sketch/cells.ts";
import { callStatements, mappingIsWritten } from "./calls.ts";
import { callName, type FormatPaths } from "./paths.ts";
import { type FormatPlan, fieldOf, type Variable } from "./plan.ts";
import { changeBegins, changeEnds, commitBegins, commitEnds } from "./watch.ts";

/** What all steps of an actor have in common. */
export interface ActorPlan {
  readonly plan: FormatPlan;
  readonly actor: FormatActor;
  readonly automaton: Automaton;
  readonly paths: FormatPaths;
  /** what it remembers in some state in which it rests */
  readonly remembered: readonly Variable[];
  /** number of the coverage item of a (state, event) of the actor's chart */
  readonly item: (state: number, event: number) => number;
}

export function stepOf(plan: ActorPlan, path: Path): Alternative {
  return new Step(plan, path).alternative();
}

class Step {
  readonly #of: ActorPlan;
  readonly #path: Path;
  readonly #conditions: Statement[] = [];
  readonly #covers: Statement[] = [];
  readonly #changes: Statement[] = [];
  /** what happened, for people */
  readonly #words: string[] = [];
  /** locals that hold the states of the clusters that were asked so far */
  readonly #asked = new Map<Cells, string>();
  #names = 0;

  constructor(of: ActorPlan, path: Path) {
    this.#of = of;
    this.#path = path;
  }

  alternative(): Alternative {
    const { actor, automaton, plan } = this.#of;
    const [first, last] = [this.#path[0], this.#path.at(-1)];
    if (first === undefined || last === undefined) throw new Error("internal: an empty path");
    const chooses = first.effect.kind === "choose" ? first.effect.what : null;
    const [begins, ends] = [chooses !== null, last.next === 0];
    for (const leg of this.#path) {
      this.#covers.push(cover(this.#of.item(leg.state, leg.event)));
      this.#perform(leg);
    }
    for (const [cells, name] of this.#asked) {
      this.#changes.push(set(cells.name, cells === plan.guests ? "address" : "host", name));
    }
    const where = this.#about(first.state, chooses);
    const words = this.#words.length === 0 ? "" : `: ${this.#words.join(", ")}`;
    return {
      name: this.#path.map(({ answer }) => answer).join(" "),
      text: `${actor.name} {self} ${automaton.states[first.state]?.name}${where}${words}`,
      words: { place: plan.entryWords, found: plan.contentWords },
      choices: this.#choices(chooses),
      fair: !begins,
      body: [
        ...this.#recall(chooses),
        ...this.#conditions,
        ...this.#covers,
        ...(begins ? [...changeBegins(plan, actor), ...commitBegins(plan, actor)] : []),
        ...this.#changes,
        ...(ends ? [...changeEnds(plan, actor, this.#failed), ...commitEnds(plan, actor)] : []),
        ...this.#remember(last.next),
        goto(automaton.states[last.next]?.name ?? ""),
      ],
    };
  }

  /** Whether the request found no place. */
  get #failed(): boolean {
    return this.#path.some(({ effect, answer }) => effect.kind === "ask" && answer === "NONE");
  }

  #choices(chooses: string | null): Alternative["choices"] {
    const { plan, actor } = this.#of;
    if (chooses === null || chooses === "request") return [];
    const { guests, hosts, values } = plan.design;
    const place =
      actor.chooses === "host"
        ? { local: "host", count: hosts.count }
        : { local: "address", count: guests.count };
    const valued = chooses === "address-and-value";
    return valued ? [place, { local: "choice", count: values }] : [place];
  }

  #about(state: number, chooses: string | null): string {
    if (chooses === "address-and-value") return " guest cluster {address}, value {value}";
    const { actor, paths } = this.#of;
    if (chooses === "address") {
      return actor.chooses === "host" ? " host cluster {host}" : " guest cluster {address}";
    }
    if (paths.isLive("address", state)) return " guest cluster {address}";
    return paths.isLive("host", state) ? " host cluster {host}" : "";
  }

  #perform({ effect, answer }: Leg): void {
    if (effect.kind === "choose" && effect.what === "address-and-value") {
      this.#conditions.push(local("value", binary("choice", "+", 1)));
    } else if (effect.kind === "ask") {
      if (effect.over === "all") this.#askAll(effect);
      else if (effect.over === "any") this.#askAny(effect, answer);
      else this.#ask(effect, answer);
    } else if (effect.kind === "call") {
      const name = callName(effect);
      if (name === "entry read") this.#find();
      else if (answer === "NONE") {
        this.#conditions.push(...mappingIsWritten(this.#of.plan));
        this.#words.push("there is nothing to write");
      } else {
        const { conditions, changes, words } = callStatements(this.#of.plan, name);
        this.#conditions.push(...conditions);
        this.#changes.push(...changes);
        if (words !== null) this.#words.push(words);
      }
    }
  }

  /** One cluster is asked. If nothing has changed so far, who is not answered waits. */
  #ask({ event }: Ask, answer: string): void {
    const { guests, hosts } = this.#of.plan;
    const cells = guests.replies(event).length > 0 ? guests : hosts;
    const before = this.#asked.get(cells) ?? this.#name("state");
    if (!this.#asked.has(cells)) {
      const at = cells === guests ? "address" : "host";
      this.#conditions.push(local(before, field(cells.name, at)));
    }
    this.#requireBounds(cells, event, before);
    const reply = cells.reply(event, before);
    const index = cells.automaton.replies.indexOf(answer);
    if (this.#changes.length === 0 || cells.replies(event).length > 1) {
      this.#conditions.push(when(binary(reply, "!=", index), [block]));
    } else if (cells.hasWaits(event)) {
      this.#conditions.push(when(binary(reply, "<", 0), [this.#stuck(event)]));
    }
    this.#take(cells, event, before);
    if (answer !== "OK") this.#words.push(answer.toLowerCase().replaceAll("_", " "));
  }

  /** The first host cluster that takes it. */
  #askAny({ event }: Ask, answer: string): void {
    const { hosts, nowhere } = this.#of.plan;
    const state = field(hosts.name, "candidate");
    this.#conditions.push(
      local("host", nowhere),
      loop("candidate", 0, nowhere, [
        local("offered", state),
        when(binary(hosts.reply(event, "offered"), ">=", 0), [local("host", "candidate"), leave]),
      ]),
    );
    if (answer === "NONE") {
      this.#conditions.push(when(binary("host", "<", nowhere), [block]));
      this.#words.push("there is no free host cluster");
      return;
    }
    this.#conditions.push(when(binary("host", "==", nowhere), [block]));
    const before = this.#name("state");
    this.#conditions.push(local(before, field(hosts.name, "host")));
    this.#take(hosts, event, before);
    this.#words.push("takes host cluster {host}");
  }

  #askAll({ event }: Ask): void {
    const { hosts, nowhere } = this.#of.plan;
    const body = [
      local("asked", field(hosts.name, "each")),
      ...(hosts.hasWaits(event)
        ? [when(binary(hosts.reply(event, "asked"), "<", 0), [this.#stuck(event)])]
        : []),
      cover(hosts.item(event, "asked")),
      set(hosts.name, "each", hosts.next(event, "asked")),
    ];
    this.#changes.push(loop("each", 0, nowhere, body));
  }

  #take(cells: Cells, event: string, before: string): void {
    this.#covers.push(cover(cells.item(event, before)));
    const after = this.#name("state");
    this.#conditions.push(local(after, cells.next(event, before)));
    this.#asked.set(cells, after);
  }

  #requireBounds(cells: Cells, event: string, state: string): void {
    if (!cells.hasBounds(event)) return;
    const { name } = this.#of.actor;
    const message = `${event} of ${name} leaves the bounds of ${cells.automaton.name}`;
    this.#conditions.push(when(cells.bounds(event, state), [{ kind: "fail", message }]));
  }

  #stuck(event: string): Statement {
    const { name } = this.#of.actor;
    return { kind: "fail", message: `${name} cannot go on at once: ${event} is not taken there` };
  }

  /** The request is about the host cluster that the entry names. */
  #find(): void {
    const { nowhere } = this.#of.plan;
    const message = `the entry that ${this.#of.actor.name} looks up names no host cluster`;
    this.#conditions.push(
      local("host", field("entry", "address")),
      when(binary("host", "==", nowhere), [{ kind: "fail", message }]),
    );
    this.#words.push("finds host cluster {host}");
  }

  /** Writes what is used later, and forgets what is not. */
  #remember(to: number): Statement[] {
    const { actor, paths, plan, remembered } = this.#of;
    const none = { address: plan.design.guests.count, host: plan.nowhere, value: 0 } as const;
    return remembered.map((variable) => {
      const kept: Term = paths.isLive(variable, to) ? variable : none[variable];
      return set(fieldOf(actor, variable), "self", kept);
    });
  }

  /** Looks up what is remembered. */
  #recall(chooses: string | null): Statement[] {
    const { actor, remembered, paths } = this.#of;
    const from = this.#path[0]?.state ?? 0;
    if (chooses !== null) return [];
    return remembered
      .filter((variable) => paths.isLive(variable, from))
      .map((variable) => local(variable, field(fieldOf(actor, variable), "self")));
  }

  #name(stem: string): string {
    this.#names += 1;
    return `${stem}${this.#names}`;
  }
}
