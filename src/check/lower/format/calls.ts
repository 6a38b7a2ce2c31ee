/**
 * What calls do to memory and to the file.
 *
 * In the file each element has a newest value, which reads return, and the set of those that it may
 * have after a crash: a write adds to it, and a flush leaves nothing but the newest.
 */
import { binary, block, field, local, loop, set, type Term, when } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import { FIELD, type FormatPlan, mayBe, only } from "./plan.ts";

export interface CallStatements {
  readonly conditions: readonly Statement[];
  readonly changes: readonly Statement[];
  readonly words: string | null;
}

/** What a call comes to, of a request with the locals `address`, `host` and `value`. */
export function callStatements(plan: FormatPlan, call: string): CallStatements {
  const { guests, hosts } = plan.design;
  const each = (count: number, body: readonly Statement[]) => [loop("at", 0, count, body)];
  const done = (changes: readonly Statement[], words: string | null = null): CallStatements => ({
    conditions: [],
    changes,
    words,
  });
  switch (call) {
    case "entry write":
      return done([set(FIELD.entry, "address", "host")]);
    case "entry discard":
      return done([set(FIELD.entry, "address", plan.nowhere)]);
    case "cluster read":
      return {
        conditions: [local("found", field(FIELD.content, "host"))],
        changes: plan.judge({ foreign: binary(plan.owner("found"), "!=", "address") }),
        words: "{found}",
      };
    case "cluster write": {
      const content = plan.contentOf("address", "value");
      return done([local("written", content), ...write(plan, FIELD.content, "host", "written")]);
    }
    case "cluster discard":
      return done(write(plan, FIELD.content, "host", 0));
    case "refcounts read":
      return done(each(hosts.count, [set(FIELD.refcountCopy, "at", plan.refcount("at"))]));
    case "refcounts write":
      return done(copy(plan, hosts.count, FIELD.refcountCopy, FIELD.fileRefcount));
    case "mapping read":
      return done(each(guests.count, [set(FIELD.entryCopy, "at", field(FIELD.entry, "at"))]));
    case "mapping write":
      return done(copy(plan, guests.count, FIELD.entryCopy, FIELD.fileEntry, plan.nowhere));
    case "file flush":
      return done([
        ...flush(plan, FIELD.fileRefcount, hosts.count),
        ...flush(plan, FIELD.fileEntry, guests.count),
        ...flush(plan, FIELD.content, hosts.count),
      ]);
    default:
      throw new Error(`internal: nobody knows ${call}`);
  }
}

/** Blocks unless the file has all entries as they were copied; the copy is not used any more. */
export function mappingIsWritten(plan: FormatPlan): Statement[] {
  const differs = binary(field(FIELD.entryCopy, "at"), "!=", field(FIELD.fileEntry, "at"));
  return [loop("at", 0, plan.design.guests.count, [when(differs, [block])])];
}

/** Whether crashes are judged: else it does not matter what is stable. */
export function crashes(plan: FormatPlan): boolean {
  return plan.judges("uncounted", "shared", "unexplained");
}

function write(plan: FormatPlan, name: string, at: Term, value: Term): Statement[] {
  const set1 = set(name, at, value);
  if (!crashes(plan)) return [set1];
  const may = binary(field(mayBe(name), at), "|", only(value));
  return [set1, set(mayBe(name), at, may)];
}

/** Writes a copy into the file and forgets it. */
function copy(
  plan: FormatPlan,
  count: number,
  from: string,
  to: string,
  forgotten = 0,
): Statement[] {
  return [
    loop("at", 0, count, [
      local("copied", field(from, "at")),
      ...write(plan, to, "at", "copied"),
      set(from, "at", forgotten),
    ]),
  ];
}

function flush(plan: FormatPlan, name: string, count: number): Statement[] {
  if (!crashes(plan)) return [];
  return [loop("at", 0, count, [set(mayBe(name), "at", only(field(name, "at")))])];
}
