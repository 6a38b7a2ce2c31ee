/**
 * What a guest cluster may hold: followed from request to request, as sets of values.
 *
 * A change adds its value to what the cluster may hold now. When it ends, and no other change of
 * the cluster was under way at any time, nothing else is left. What there is when a commit begins,
 * and what is added meanwhile, is all that a crash may leave once it has ended.
 */
import type { FormatActor } from "../../../system/format-sketch.ts";
import { binary, field, loop, not, set, stands, type Term, when } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import { both, FIELD, type FormatPlan, only } from "./plan.ts";

/** A request that changes a guest cluster has been chosen. */
export function changeBegins(plan: FormatPlan, actor: FormatActor): Statement[] {
  const value = valueMade(plan, actor);
  if (value === null) return [];
  const { committer } = plan;
  const rests = committer?.chart.machine.config.initial;
  const pledge = add(FIELD.pledged, value);
  return [
    add(FIELD.current, value),
    add(FIELD.allowed, value),
    ...(committer === null || typeof rests !== "string"
      ? []
      : [when(not(stands(committer.name, 0, rests)), [pledge])]),
    when(binary(at(FIELD.changes), ">", 0), [set(FIELD.disputed, "address", 1)]),
    set(FIELD.changes, "address", binary(at(FIELD.changes), "+", 1)),
  ];
}

/** @param failed whether it has changed nothing, for want of a place */
export function changeEnds(plan: FormatPlan, actor: FormatActor, failed: boolean): Statement[] {
  const value = valueMade(plan, actor);
  if (value === null) return [];
  const settle = set(FIELD.current, "address", only(value));
  return [
    set(FIELD.changes, "address", binary(at(FIELD.changes), "-", 1)),
    when(binary(at(FIELD.changes), "==", 0), [
      ...(failed ? [] : [when(not(at(FIELD.disputed)), [settle])]),
      set(FIELD.disputed, "address", 0),
    ]),
  ];
}

export function commitBegins(plan: FormatPlan, { request }: FormatActor): Statement[] {
  if (request !== "commit" || !plan.judges("unexplained")) return [];
  return each(plan, [set(FIELD.pledged, "at", field(FIELD.current, "at"))]);
}

export function commitEnds(plan: FormatPlan, { request }: FormatActor): Statement[] {
  if (request !== "commit" || !plan.judges("unexplained")) return [];
  return each(plan, [
    set(FIELD.allowed, "at", field(FIELD.pledged, "at")),
    set(FIELD.pledged, "at", 0),
  ]);
}

/** Whether a content is one that a crash may leave of the guest cluster `address`. */
export function isExplained(plan: FormatPlan, content: Term): Term {
  const owner = plan.owner(content);
  const own = binary(
    binary(owner, "==", "address"),
    "or",
    binary(owner, "==", plan.design.guests.count),
  );
  const allowed = binary(binary(at(FIELD.allowed), ">>", plan.value(content)), "&", 1);
  return both(own, allowed);
}

/** The value that a change makes of a cluster; null: nobody asks, or it is no change. */
function valueMade(plan: FormatPlan, { request }: FormatActor): Term | null {
  if (!plan.judges("unexplained")) return null;
  if (request === "write") return "value";
  return request === "discard" ? 0 : null;
}

function at(name: string) {
  return field(name, "address");
}

function add(name: string, value: Term): Statement {
  return set(name, "address", binary(at(name), "|", only(value)));
}

function each(plan: FormatPlan, body: readonly Statement[]): Statement[] {
  return [loop("at", 0, plan.design.guests.count, body)];
}
