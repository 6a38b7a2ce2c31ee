/**
 * Random requests beside those of a model.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fleecing } from "../../models/fleecing.ts";
import { imageFleecing } from "../../models/image-fleecing.ts";
import { MODELS } from "../../models/index.ts";
import type { Actor, Model, RequestChoice } from "../../src/system/model.ts";
import { withRandomRequests } from "../../src/system/with-random-requests.ts";

/** The actors that were added, all of which draw their requests. */
function added(model: Model, count: number, depth: number): (Actor & { drawn: RequestChoice })[] {
  const before = new Set(model.phases.flatMap((phase) => ("actors" in phase ? phase.actors : [])));
  return withRandomRequests(model, count, depth)
    .phases.flatMap((phase) => ("actors" in phase ? phase.actors : []))
    .filter((actor) => !before.has(actor))
    .map((actor) => {
      if (!("count" in actor.requests)) throw new Error(`${actor.name} follows a script`);
      return { ...actor, drawn: actor.requests };
    });
}

test("are as many as asked for, and everything else stays", () => {
  const counts = fc.integer({ min: 1, max: 3000 });
  const depths = fc.integer({ min: 1, max: 48 });
  fc.assert(
    fc.property(fc.constantFrom(fleecing, imageFleecing), counts, depths, (model, count, depth) => {
      const actors = added(model, count, depth);
      expect(actors.reduce((sum, { drawn }) => sum + drawn.count, 0)).toBe(count);
      for (const actor of actors) expect(actor.depth).toBeLessThanOrEqual(Math.max(1, depth));
      const { phases, ...rest } = withRandomRequests(model, count, depth);
      expect({ ...rest, phases: model.phases }).toEqual(model);
      expect(phases.map(({ kind }) => kind)).toEqual(model.phases.map(({ kind }) => kind));
    }),
  );
});

test("come while somebody reads the view, through everybody, aligned and not", () => {
  const actors = added(fleecing, 1000, 12);
  expect(new Set(actors.map(({ through }) => through))).toEqual(
    new Set(["guest", "reader0", "reader1"]),
  );
  expect(new Set(actors.map(({ drawn }) => drawn.alignment))).toEqual(new Set([1, 512]));
  const guest = actors.find(({ through }) => through === "guest");
  expect(new Set(guest?.drawn.operations)).toEqual(
    new Set(["write", "read", "write-zeroes", "discard", "block-status", "flush"]),
  );
});

/** The phases of a model that got more requests, by their place among all phases. */
function busyPhases(name: string): number[] {
  const model = MODELS.get(name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  const { phases } = withRandomRequests(model, 100, 8);
  return phases.flatMap((phase, index) => (phase === model.phases[index] ? [] : [index]));
}

test("do not come while the guest stands still, nor before somebody makes room for it", () => {
  // The second of them is the last copies of the job, the fourth is after it was completed.
  expect(busyPhases("mirror-copy")).toEqual([1, 4]);
  // In the first of them the guest fills the memory, in the second the reader releases it.
  expect(busyPhases("fleecing-cache-waits")).toEqual([2]);
});

test("come through an export that an administrator adds meanwhile, too", () => {
  const model = MODELS.get("inserted-meanwhile") ?? fleecing;
  const through = new Set(added(model, 100, 8).map((actor) => actor.through));
  expect(through).toEqual(new Set(["guest", "reader"]));
});

test("discard through the view only where nothing is dumped afterwards", () => {
  const discards = (model: Model) =>
    added(model, 1000, 12).some(
      ({ through, drawn }) => through.startsWith("reader") && drawn.operations.includes("discard"),
    );
  expect(discards(fleecing)).toBe(true);
  expect(discards(imageFleecing)).toBe(false);
});
