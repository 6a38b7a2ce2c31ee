/**
 * Files are asked at once while they answer at once, and a slow one holds nobody up for long.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PromptCalls } from "../../src/storage/prompt-calls.ts";

/** A clock that only calls, and whoever waits, move on. */
class Clock {
  now = 0;
  readonly calls = new PromptCalls(() => this.now);

  /** Makes a call that takes so many ms. */
  call(ms: number, length = 4096): void {
    this.calls.call(length, () => {
      this.now += ms;
    });
  }
}

test("of the time in which calls may be made at once, a twentieth goes by in slow ones", () => {
  const steps = fc.array(
    fc.record({ wait: fc.nat(20), took: fc.double({ min: 0, max: 10, noNaN: true }) }),
    { maxLength: 200, size: "max" },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new Clock();
      let slow = 0;
      for (const { wait, took } of all) {
        clock.now += wait;
        if (!clock.calls.expected) continue;
        clock.call(took);
        if (took > 1.01) slow += took;
      }
      // The last one has not been made up for.
      expect(slow).toBeLessThanOrEqual(clock.now / 20 + 10);
    }),
  );
});

test("prompt calls change nothing, and long ones may take longer", () => {
  const clock = new Clock();
  clock.call(0.5);
  expect(clock.calls.expected).toBe(true);
  clock.call(8, 16 * 1024 * 1024);
  expect(clock.calls.expected).toBe(true);
});

test("however slow a call was, the file is tried again 200 ms later", () => {
  const clock = new Clock();
  clock.call(30_000);
  clock.now += 199;
  expect(clock.calls.expected).toBe(false);
  clock.now += 1;
  expect(clock.calls.expected).toBe(true);
});

test("a call that throws counts as any other", () => {
  const clock = new Clock();
  const fail = () => {
    clock.now += 5;
    throw new Error("gone");
  };
  expect(() => clock.calls.call(1, fail)).toThrow("gone");
  expect(clock.calls.expected).toBe(false);
});
