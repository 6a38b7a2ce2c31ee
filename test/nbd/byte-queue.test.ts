/**
 * A queue of bytes gives out what was put in, whatever the pieces in and out.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "../../src/nbd/byte-queue.ts";

type Step = readonly ["push" | "take" | "fill" | "drop", number];

const steps = fc.array(
  fc.tuple(fc.constantFrom<Step[0]>("push", "take", "fill", "drop"), fc.nat(9)),
  { maxLength: 50 },
);

test("bytes come out in the order in which they went in, each once", () => {
  fc.assert(
    fc.property(steps, (made) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      let next = 0;
      const shift = (count: number) => {
        const taken = model.slice(0, count);
        model = model.slice(count);
        return taken;
      };
      for (const [kind, length] of made) {
        if (kind === "push") {
          const bytes = Array.from({ length }, () => next++ % 256);
          queue.push(Buffer.from(bytes));
          model.push(...bytes);
        } else if (kind === "take") {
          const taken = queue.take(length);
          expect(taken === null ? null : [...taken]).toEqual(
            length > model.length ? null : shift(length),
          );
        } else if (kind === "fill") {
          const target = Buffer.alloc(length);
          const end = queue.fill(target, 0);
          expect(end).toBe(Math.min(length, model.length));
          expect([...target.subarray(0, end)]).toEqual(shift(end));
        } else {
          expect(queue.drop(length)).toBe(Math.min(length, model.length));
          shift(length);
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

test("what lies in one chunk is not copied", () => {
  const queue = new ByteQueue();
  const chunk = Buffer.from("0123456789");
  queue.push(chunk);
  queue.drop(2);
  const piece = queue.take(5);
  chunk[2] = 0;
  expect(piece?.[0]).toBe(0);
});
