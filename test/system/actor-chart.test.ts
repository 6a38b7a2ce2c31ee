/**
 * The chart of actors, and what it makes of a model's actors: never more in flight than the depth.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actorAutomaton } from "../../src/system/actor-chart.ts";
import { RequestSource } from "../../src/system/request-source.ts";
import { seededSchedule } from "../../src/system/schedule.ts";

describe("an actor", () => {
  test("chooses, waits and chooses again, whatever came of the request", () => {
    const { states } = actorAutomaton.complete();
    expect(states.map(({ name, effect }) => `${name}: ${effect?.kind}`)).toEqual([
      "choosing: choose",
      "waiting: call",
      "finished: finish",
    ]);
    for (const outcome of ["DONE", "DATA", "ZERO", "FAILED(EIO)"]) {
      expect(actorAutomaton.next(1, actorAutomaton.event(outcome))).toBe(0);
    }
  });

  test("keeps as many requests in flight as its depth, and sends each once", () => {
    const actor = fc.record({ depth: fc.integer({ min: 1, max: 5 }), count: fc.nat(20) });
    const property = fc.property(actor, fc.infiniteStream(fc.nat(4)), ({ depth, count }, picks) => {
      const source = new RequestSource({
        name: "guest",
        through: "guest",
        depth,
        requests: { operations: ["read"], count, alignment: 512, longest: 4096 },
      });
      const inFlight: number[] = [];
      let sent = 0;
      for (;;) {
        while (source.ready) {
          inFlight.push(source.next(seededSchedule(sent++), 65536, null).slot);
          expect(new Set(inFlight).size).toBe(inFlight.length);
          expect(inFlight.length).toBeLessThanOrEqual(depth);
        }
        if (inFlight.length === 0) break;
        expect(inFlight.length === depth || sent === count).toBe(true);
        const [slot] = inFlight.splice((picks.next().value ?? 0) % inFlight.length, 1);
        source.end(slot ?? 0);
      }
      expect(sent).toBe(count);
    });
    fc.assert(property);
  });
});
