/**
 * What was written since bitmaps began, as code: src/system/written-since.ts over flags instead of
 * sets. There are flags only of bitmaps by which something is left out, if a property asks.
 */
import type { Stretch } from "../../../system/image-window.ts";
import { LEFT_OUT } from "../../../system/increments.ts";
import { CHANGING_OPERATIONS } from "../../../vocabulary.ts";
import {
  all,
  binary,
  field,
  local,
  loop,
  not,
  set,
  some,
  table,
  term,
  when,
} from "../../program/build.ts";
import type { Field, Statement } from "../../program/program.ts";
import { add } from "./carrier.ts";
import { clusterField } from "./clusters.ts";
import type { FieldShape } from "./field-shape.ts";
import type { DeliveredNotice, GraphChange } from "./graph-phases.ts";
import type { ImageAccess } from "./image-call.ts";
import type { Judging, Sight } from "./judging.ts";
import { changesOf, type Plan } from "./plan.ts";

const BEGUN = [false, true].map(
  (missed): Sight => ({
    when: missed ? term("missed") : not("missed"),
    observation: { kind: "increment", node: "", missed, difference: null },
  }),
);

export class IncrementWatch {
  readonly #plan: Plan;
  readonly #judging: Judging;
  readonly #recorded: ReadonlyMap<string, Stretch>;
  /** recorders by the filters that go by them */
  readonly #goesBy: ReadonlyMap<string, string>;
  readonly fields: readonly Field[];

  constructor(plan: Plan, judging: Judging) {
    this.#plan = plan;
    this.#judging = judging;
    this.#recorded = judging.speaksOf(BEGUN) ? plan.recorded : new Map();
    this.#goesBy = new Map(changesOf(plan).flatMap(goesBy));
    this.fields = [...this.#recorded].flatMap(([recorder, { length }]) =>
      [sinceOf, sinceJobOf, failedOf].map((name) => ({
        ...{
          name: name(recorder),
          size: 2,
          count: plan.geometry.clusters(length),
          initial: [],
          values: null,
        },
      })),
    );
  }

  get shapes(): [string, FieldShape][] {
    return this.fields.map(({ name }) => [name, "cluster"]);
  }

  /** An image was changed. */
  answered({ image, operation, lo, hi, shift }: ImageAccess): Statement[] {
    if (!CHANGING_OPERATIONS.has(operation)) return [];
    const { geometry } = this.#plan;
    return [...this.#recorded].flatMap(([recorder, stretch]): Statement[] => {
      if (stretch.image !== image) return [];
      const first = geometry.cells(stretch.shift);
      const end = first + geometry.cells(stretch.length);
      const at = add("cell", shift);
      const cluster = binary(binary(at, "-", first), "/", geometry.clusterCells);
      const inside = all(binary(at, ">=", first), binary(at, "<", end));
      const mark = [
        local("recorded", cluster),
        ...[sinceOf(recorder), sinceJobOf(recorder)].map((name) => set(name, "recorded", 1)),
      ];
      return [loop("cell", lo, hi, [when(inside, mark)])];
    });
  }

  /**
   * A job has copied what it was asked for, or could not. Locals `start` and `end` are the cells.
   * @param filter that copies for it
   */
  copied(filter: string, succeeded: boolean): Statement[] {
    const { clusterCells } = this.#plan.geometry;
    const recorder = this.#goesBy.get(filter);
    if (recorder === undefined || !this.#recorded.has(recorder)) return [];
    const cluster = binary("cell", "/", clusterCells);
    return [
      loop("cell", "start", "end", [
        local("recorded", cluster),
        set(failedOf(recorder), "recorded", succeeded ? 0 : 1),
      ]),
    ];
  }

  changed(change: GraphChange & { kind: "lent" | "told" | "increment" }): Statement[] {
    switch (change.kind) {
      case "lent":
        return this.#forEach(
          change.recorder,
          [sinceJobOf, failedOf].map((name) => set(name(change.recorder), "each", 0)),
        );
      case "told":
        return this.#told(change.notice);
      case "increment":
        return this.#judge(change);
    }
  }

  #told(notice: DeliveredNotice): Statement[] {
    const { node: recorder, event, asked, only } = notice;
    if (event !== "CLEAR" && event !== "ABDICATE") return [];
    const stays = some(field(sinceJobOf(recorder), "each"), field(failedOf(recorder), "each"));
    const gone = set(sinceOf(recorder), "each", 0);
    const change = event === "CLEAR" ? [gone] : [when(stays, [], [gone])];
    if (asked === null || only === null) return this.#forEach(recorder, change);
    const matches = table(toldOf(notice), field(clusterField(asked.name), "each"));
    return this.#forEach(recorder, [when(matches, change)]);
  }

  #judge({ filter, recorder }: GraphChange & { kind: "increment" }): Statement[] {
    const automaton = filter.cluster;
    if (automaton === null || !this.#recorded.has(recorder)) return [];
    const left = table(leftOutOf(filter.name), field(clusterField(filter.name), "each"));
    const written = field(sinceOf(recorder), "each");
    return [
      local("missed", 0),
      ...this.#forEach(recorder, [when(all(left, written), [local("missed", 1)])]),
      ...this.#judging.judge(BEGUN),
    ];
  }

  /** Whether a filter leaves a cluster out, by the state of its chart. */
  tables(changes: readonly GraphChange[]): Record<string, readonly number[]> {
    const tables: Record<string, readonly number[]> = {};
    for (const change of changes) {
      if (change.kind === "told") Object.assign(tables, toldTable(change.notice));
      if (change.kind !== "increment" || change.filter.cluster === null) continue;
      const { name, cluster } = change.filter;
      tables[leftOutOf(name)] = cluster.states.map((_, state) =>
        cluster.replyTo(state, LEFT_OUT.event) === LEFT_OUT.reply ? 1 : 0,
      );
    }
    return tables;
  }

  #forEach(recorder: string, body: readonly Statement[]): Statement[] {
    const stretch = this.#recorded.get(recorder);
    if (stretch === undefined) return [];
    return [loop("each", 0, this.#plan.geometry.clusters(stretch.length), body)];
  }
}

const sinceOf = (recorder: string) => `${recorder} written since`;
const sinceJobOf = (recorder: string) => `${recorder} written since its job began`;
function goesBy(change: GraphChange): [string, string][] {
  return change.kind === "increment" ? [[change.filter.name, change.recorder]] : [];
}

/** By the state of the chart that is asked, whether a notice is for its cluster. */
function toldTable(notice: DeliveredNotice): Record<string, readonly number[]> {
  const { asked, only, event } = notice;
  if (asked === null || only === null || event !== "ABDICATE") return {};
  const states = asked.cluster?.states ?? [];
  const replies = states.map(
    (_, state) => asked.cluster?.replyTo(state, only.event) === only.reply,
  );
  return { [toldOf(notice)]: replies.map((reply) => (reply === only.matching ? 1 : 0)) };
}

const toldOf = ({ node, event, asked }: DeliveredNotice) => `${node} ${event} by ${asked?.name}`;
const failedOf = (recorder: string) => `${recorder} failed to be copied`;
const leftOutOf = (filter: string) => `${filter} leaves out`;
