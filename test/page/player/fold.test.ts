/**
 * The state at a step is the fold of all steps up to there, however it is found.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PlayerState, StateTrack } from "../../../src/page/player/fold.ts";
import type { PlayerStep, PlayerTrace } from "../../../src/report/site/player-trace.ts";
import { raceTrace, stepOf } from "../trace-fixtures.ts";

const CLUSTERS = 4;
const name = fc.constantFrom("guest write", "reader0", "edge", "job");
const value = fc.option(fc.constantFrom("idle", "asking", "done"));

/** Steps that change anything, also what is not there. */
const steps: fc.Arbitrary<PlayerStep[]> = fc.array(
  fc
    .record({
      changes: fc.array(fc.record({ what: name, before: value, after: value }), { maxLength: 3 }),
      cells: fc.array(
        fc.record({
          map: fc.constantFrom("hook/copy", "disk/data", "no such map"),
          cell: fc.integer({ min: -1, max: CLUSTERS + 1 }),
          state: fc.nat(2),
        }),
        { maxLength: 3 },
      ),
      judged: fc.array(
        fc.record({
          property: fc.nat(3),
          status: fc.constantFrom("holds" as const, "violated" as const, "not judged" as const),
          why: fc.constantFrom("", "cluster 1"),
        }),
        { maxLength: 2 },
      ),
    })
    .map((part) => stepOf("anything", part)),
  { maxLength: 80 },
);

/** The definition: from the beginning, one step after the other, in the plainest words. */
function foldedFromStart(trace: PlayerTrace, position: number): PlayerState {
  const facts = new Map(trace.facts.map(({ what, value: known }) => [what, known]));
  const cells = new Map(trace.maps.map((map) => [map.id, [...map.cells]]));
  const judgements = trace.properties.map(({ status }) => ({ status, why: "" }));
  for (const step of trace.steps.slice(0, position)) {
    for (const { what, after } of step.changes) {
      if (after === null) facts.delete(what);
      else facts.set(what, after);
    }
    for (const { map, cell, state } of step.cells) {
      if (cells.get(map)?.[cell] !== undefined) cells.get(map)?.splice(cell, 1, state);
    }
    for (const { property, status, why } of step.judged) {
      if (property < judgements.length) judgements[property] = { status, why };
    }
  }
  return { facts, cells, judgements };
}

describe("a track of states", () => {
  test("is at every position where a fold from the beginning ends", () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(90), { minLength: 1, maxLength: 12 }),
        (made, every, positions) => {
          const trace = { ...raceTrace(), steps: made };
          const track = new StateTrack(trace, every);
          for (const position of positions) {
            const wanted = Math.min(position, made.length);
            expect(track.at(position)).toEqual(foldedFromStart(trace, wanted));
          }
        },
      ),
    );
  });

  test("hands out states that stay what they are", () => {
    fc.assert(
      fc.property(steps, fc.nat(80), (made, position) => {
        const track = new StateTrack({ ...raceTrace(), steps: made }, 4);
        const first = structuredClone(track.at(position));
        track.at(made.length);
        track.at(0);
        expect(track.at(position)).toEqual(first);
      }),
    );
  });

  test("takes the beginning for what lies before it", () => {
    const track = new StateTrack(raceTrace());
    expect(track.at(-3)).toEqual(track.at(0));
    expect(track.at(0).facts.get("reader0")).toBe("idle");
  });

  test("knows at the step that breaks a property why", () => {
    const state = new StateTrack(raceTrace()).at(8);
    expect(state.judgements[0]).toEqual({
      status: "violated",
      why: "reader0: cluster 1 is value 1 of guest",
    });
    expect(state.cells.get("disk/data")).toEqual([0, 1, 0, 0]);
  });
});
