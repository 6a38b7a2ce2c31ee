/**
 * What the steps of all actors of a format sketch have in common: charts as tables, names of
 * fields, and numbers.
 *
 * What a host cluster holds is one number, its *content*: 0 for zeros, and for every guest cluster
 * and value another one. Sets of values, entries or contents are bit masks.
 */
import { tabulate } from "../../../chart/tabulate.ts";
import {
  type FormatActor,
  type FormatDesign,
  type FormatFault,
  type FormatProperty,
  GUEST_CLUSTER,
  HOST_CLUSTER,
} from "../../../system/format-sketch.ts";
import { all, binary, field, judge, type Term, table } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { Cells } from "../sketch/cells.ts";

/** Names of fields. In the file an element has its newest value, and a set of those it may have. */
export const FIELD = {
  entry: "entry",
  refcountCopy: "copied refcount",
  entryCopy: "copied entry",
  content: "content",
  fileRefcount: "refcount in the file",
  fileEntry: "entry in the file",
  /** values of a guest cluster that some order of its requests explains */
  current: "current values",
  /** the same, superseded only by what ended before the commit under way began */
  pledged: "pledged values",
  /** what it may hold after a crash */
  allowed: "allowed values",
  /** changes under way */
  changes: "changes",
  /** whether one of them began while another one was under way */
  disputed: "disputed",
} as const;

/** Name of the field that says what may be in the file after a crash. */
export function mayBe(name: string): string {
  return `${name}, maybe`;
}

/** What an actor remembers of its request. */
export type Variable = "address" | "host" | "value";

export function fieldOf({ name }: FormatActor, variable: Variable): string {
  return `${name}.${variable}`;
}

/** 1 shifted to the left: the set of one number. */
export function only(number: Term): Expression {
  return binary(1, "<<", number);
}

export function has(set: Term, number: Term): Expression {
  return binary(binary(set, ">>", number), "&", 1);
}

export class FormatPlan {
  readonly design: FormatDesign;
  readonly guests: Cells;
  readonly hosts: Cells;
  readonly #properties: readonly FormatProperty[];

  constructor(design: FormatDesign, properties: readonly FormatProperty[]) {
    this.design = design;
    this.#properties = properties;
    const guest = tabulate(design.guests.chart).complete();
    const host = tabulate(design.hosts.chart).complete();
    this.guests = new Cells(GUEST_CLUSTER, guest, design.guests.count, 0);
    const first = this.guests.coverage.length;
    this.hosts = new Cells(HOST_CLUSTER, host, design.hosts.count, first);
  }

  /** How many contents a host cluster can have. */
  get contents(): number {
    return 1 + this.design.guests.count * this.design.values;
  }

  /** The number that stands for no host cluster in an entry, and for none that a request has. */
  get nowhere(): number {
    return this.design.hosts.count;
  }

  /** Whether any property is about one of these faults. */
  judges(...faults: readonly FormatFault[]): boolean {
    return this.#properties.some((property) => faults.some((it) => property.faults.includes(it)));
  }

  /** Lets every property speak that is about one of these faults. */
  judge(faults: Partial<Record<FormatFault, Term>>): Statement[] {
    return this.#properties.flatMap(({ name, faults: broken }) => {
      const found = broken.flatMap((fault) => faults[fault] ?? []);
      return found.length === 0 ? [] : [judge(name, 1, someOf(found))];
    });
  }

  /** What a host cluster holds once a value was written there for a guest cluster. */
  contentOf(address: Term, value: Term): Expression {
    return binary(binary(address, "*", this.design.values), "+", value);
  }

  /** The guest cluster that a content was written for; of zeros it is none. */
  owner(content: Term): Expression {
    return table("content.owner", content);
  }

  /** The value that it is; zeros are 0. */
  value(content: Term): Expression {
    return table("content.value", content);
  }

  /** The refcount that a host cluster has in memory. */
  refcount(host: Term): Expression {
    return table("host.refcount", field(HOST_CLUSTER, host));
  }

  /** Whether a commit is under way; null: nobody commits. */
  get committer(): FormatActor | null {
    return this.design.actors.find(({ request }) => request === "commit") ?? null;
  }

  get tables(): Record<string, readonly number[]> {
    const { guests, hosts, values } = this.design;
    const contents = Array.from({ length: this.contents }, (_, content) => content);
    const names = this.hosts.automaton.states.map(({ name }) => name);
    return {
      ...this.guests.tables,
      ...this.hosts.tables,
      "content.owner": contents.map((at) =>
        at === 0 ? guests.count : Math.floor((at - 1) / values),
      ),
      "content.value": contents.map((at) => (at === 0 ? 0 : ((at - 1) % values) + 1)),
      "host.refcount": names.map((name) => (name.split(" users=")[0] === hosts.free ? 0 : 1)),
    };
  }

  /** How contents are called, by their numbers. */
  get contentWords(): string[] {
    const { values } = this.design;
    return Array.from({ length: this.contents }, (_, at) =>
      at === 0
        ? "zeros"
        : `value ${((at - 1) % values) + 1} of guest cluster ${Math.floor((at - 1) / values)}`,
    );
  }

  /** How entries are called, by their numbers. */
  get entryWords(): string[] {
    const { count } = this.design.hosts;
    return [...Array.from({ length: count }, (_, host) => `host cluster ${host}`), "nowhere"];
  }
}

function someOf(terms: readonly Term[]): Term {
  const [first = 0, ...others] = terms;
  return others.reduce((left, right) => binary(left, "or", right), first);
}

/** Both hold. */
export const both = (left: Term, right: Term) => all(left, right);
