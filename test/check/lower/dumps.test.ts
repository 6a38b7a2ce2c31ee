/**
 * What leaving dumps out of a check takes for granted: where a model dumps a view, readers have
 * read through the same export all that guests wrote, after the guests were done.
 */
import { expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import type { Actor, Model, Phase } from "../../../src/system/model.ts";

interface Range {
  readonly offset: number;
  readonly end: number;
}

/** What an actor's script does to its entry with an operation. */
function ranges({ requests }: Actor, operation: string): Range[] {
  if (!Array.isArray(requests)) throw new Error("actors of a model with a dump have scripts");
  return requests
    .filter((request) => request.operation === operation)
    .map(({ offset, length }) => ({ offset, end: offset + length }));
}

const actorsOf = (phase: Phase): readonly Actor[] =>
  phase.kind === "concurrent" ? phase.actors : [];

/** Parts of `wanted` that no range in `covering` covers. */
function uncovered(wanted: Range, covering: readonly Range[]): Range[] {
  let left = [wanted];
  for (const { offset, end } of covering) {
    left = left.flatMap((part) =>
      [
        { offset: part.offset, end: Math.min(part.end, offset) },
        { offset: Math.max(part.offset, end), end: part.end },
      ].filter((rest) => rest.offset < rest.end),
    );
  }
  return left;
}

/** What guests wrote before a dump, and no reader read afterwards or at the same time. */
function unread({ phases }: Model): Range[] {
  return phases.flatMap((dump, index) => {
    if (dump.kind !== "dump") return [];
    const before = phases.slice(0, index).flatMap(actorsOf);
    const last = before.findLastIndex((actor) => ranges(actor, "write").length > 0);
    const readers = before.slice(last + 1).filter(({ through }) => through === dump.through);
    const read = readers.flatMap((actor) => ranges(actor, "read"));
    return before
      .flatMap((actor) => ranges(actor, "write"))
      .flatMap((written) => uncovered(written, read));
  });
}

const dumping = [...MODELS.values()].filter(({ phases }) =>
  phases.some(({ kind }) => kind === "dump"),
);

test("there is a model that dumps a view", () => {
  expect(dumping.length).toBeGreaterThan(0);
});

test.each(dumping)("readers of $name read all that guests wrote before it is dumped", (model) => {
  expect(unread(model)).toEqual([]);
  const unwatched = model.phases.map((phase) =>
    phase.kind === "concurrent"
      ? { ...phase, actors: phase.actors.filter(({ through }) => through === "guest") }
      : phase,
  );
  expect(unread({ ...model, phases: unwatched })).not.toEqual([]);
});
