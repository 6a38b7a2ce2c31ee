/**
 * The teams of a program: who works together, and which numbers say what a team is at.
 */
import type { Process, Program, Statement, Teams } from "../program/program.ts";
import { statementsIn } from "../program/walk.ts";
import type { Elements } from "./elements.ts";
import { bits } from "./footprint.ts";
import { Inseparable } from "./inseparable.ts";

/** An instance of a process. */
export interface Member {
  readonly process: Process;
  readonly self: number;
  /** its number among all instances */
  readonly instance: number;
}

/** An element of a field. */
export interface Guide {
  readonly field: string;
  readonly index: number;
  readonly element: number;
  readonly size: number;
}

export interface Team {
  readonly number: number;
  readonly members: readonly Member[];
  /** whether others set it going */
  readonly adopted: boolean;
  /** numbers that nobody else changes while it is at work */
  readonly guides: readonly Guide[];
  /** elements that nobody else writes while it is at work */
  readonly own: bigint;
}

export interface TeamList {
  readonly director: Member;
  readonly teams: readonly Team[];
  /** by instance number; the director is in none */
  readonly teamOf: ReadonlyMap<number, Team>;
  /** counters that everybody may raise, but nobody else than the director lowers */
  readonly counters: readonly Guide[];
}

/** @throws Inseparable if what is declared to be a counter is none */
export function teamsOf(program: Program, declared: Teams, elements: Elements): TeamList {
  return new Gathering(program, declared, elements).list();
}

class Gathering {
  readonly #program: Program;
  readonly #declared: Teams;
  readonly #elements: Elements;

  constructor(program: Program, declared: Teams, elements: Elements) {
    this.#program = program;
    this.#declared = declared;
    this.#elements = elements;
  }

  list(): TeamList {
    const { processes } = this.#program;
    const director = processes.find(({ name }) => name === this.#declared.director);
    if (director === undefined) throw new Error("internal: the director is no process");
    const groups = new Map<number, Member[]>();
    for (const process of processes.filter((each) => each !== director)) {
      for (let self = 0; self < process.instances; self++) {
        const member = this.#member(process, self);
        const leader = this.#leader(process.name, self);
        groups.set(leader, [...(groups.get(leader) ?? []), member]);
      }
    }
    const teams = [...groups.values()].map((members, number) => this.#team(number, members));
    const teamOf = new Map(
      teams.flatMap((team) => team.members.map(({ instance }) => [instance, team] as const)),
    );
    return { director: this.#member(director, 0), teams, teamOf, counters: this.#counters() };
  }

  #member(process: Process, self: number): Member {
    return { process, self, instance: this.#elements.instance(process.name, self) };
  }

  /** Number of the instance that a task is for, of whoever is not a task its own. */
  #leader(process: string, self: number): number {
    const task = this.#declared.tasks.find((each) => each.process === process);
    if (task === undefined) return this.#elements.instance(process, self);
    return this.#leader(task.owner, Math.floor(self / task.each));
  }

  #team(number: number, members: readonly Member[]): Team {
    const guides = members.flatMap((member) => this.#guides(member));
    const adopted = members.flatMap((member) => this.#adopted(member));
    const stands = members.flatMap(({ instance }) => [
      this.#elements.idle(instance),
      this.#elements.stand(instance),
    ]);
    return {
      number,
      members,
      adopted: members.some(({ process }) => this.#adoptedFields(process) !== null),
      guides,
      own: bits([...[...guides, ...adopted].map(({ element }) => element), ...stands]),
    };
  }

  #guides({ process, self }: Member): Guide[] {
    return this.#declared.guides
      .filter((guide) => guide.process === process.name && !this.#isShared(guide))
      .flatMap(({ field }) => this.#shareOf(field, process, self));
  }

  #adopted({ process, self }: Member): Guide[] {
    const fields = this.#adoptedFields(process) ?? [];
    return fields.flatMap((field) => this.#shareOf(field, process, self));
  }

  /** null: nobody sets its instances going */
  #adoptedFields({ name }: Process): readonly string[] | null {
    return this.#declared.adopted.find(({ process }) => process === name)?.fields ?? null;
  }

  /** The elements of a field that belong to one instance. */
  #shareOf(field: string, { instances }: Process, self: number): Guide[] {
    const all = this.#elementsOf(field);
    const each = all.length / instances;
    return all.slice(self * each, (self + 1) * each);
  }

  #counters(): Guide[] {
    const shared = this.#declared.guides.filter((guide) => this.#isShared(guide));
    const names = shared.map(({ field }) => field);
    for (const name of names) {
      if (!this.#onlyRises(name)) throw new Inseparable(`${name} is not only raised`);
    }
    return names.flatMap((name) => this.#elementsOf(name));
  }

  #isShared({ field, process: name }: Teams["guides"][number]): boolean {
    const process = this.#program.processes.find((each) => each.name === name);
    return this.#elementsOf(field).length < (process?.instances ?? 1);
  }

  /** Whether every step but the director's sets it to itself plus a constant. */
  #onlyRises(name: string): boolean {
    const others = this.#program.processes.filter((each) => each.name !== this.#declared.director);
    return others.every(({ nodes }) =>
      nodes
        .flatMap((node) =>
          node.kind === "pass" ? [node.body] : node.alternatives.map(({ body }) => body),
        )
        .flatMap((body) => statementsIn(body))
        .every((statement) => raises(statement, name)),
    );
  }

  #elementsOf(name: string): Guide[] {
    const field = this.#program.fields.find((each) => each.name === name);
    return this.#elements.ofField(name, null).map((element, index) => ({
      ...{ field: name, index, element },
      size: field?.size ?? 1,
    }));
  }
}

function raises(statement: Statement, name: string): boolean {
  if (statement.kind !== "set" || statement.field !== name) return true;
  const { value, at } = statement;
  if (value.kind !== "binary" || value.operator !== "+") return false;
  const { left, right } = value;
  if (left.kind !== "field" || left.field !== name) return false;
  const same = JSON.stringify(left.at) === JSON.stringify(at);
  return same && right.kind === "constant" && right.value >= 0;
}
