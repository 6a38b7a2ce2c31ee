/** Addresses of the explorer's page: what is written is read again, whatever was chosen. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { openModelSchema } from "../../../src/explorer/server/documents.ts";
import { PROFILES } from "../../../src/graph/profile.ts";
import { addressText, isShown, readAddress } from "../../../src/page/explorer/address.ts";

const name = fc.string({ minLength: 1, maxLength: 12 });
const chosen = fc
  .record({
    model: name,
    mutant: fc.option(name),
    profile: fc.option(fc.constantFrom(...PROFILES)),
    parameters: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}s$/), fc.nat()),
    faults: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    workload: fc.array(
      fc.record({
        actor: name,
        requests: fc.constant([{ operation: "write", offset: 0, length: 1, data: { byte: 7 } }]),
      }),
      { maxLength: 2 },
    ),
  })
  .map((each) => openModelSchema.parse(each));
const trail = fc.array(fc.stringMatching(/^[0-9a-f]{8}$/), { maxLength: 5 });

it("a model with all that was chosen, and the way in it", () => {
  fc.assert(
    fc.property(chosen, trail, (wanted, codes) => {
      const open = { kind: "model", chosen: wanted, exploration: 3 } as const;
      const address = readAddress(addressText(open, codes));
      expect(address.trail).toEqual(codes);
      expect(openModelSchema.parse(address.shown)).toEqual(wanted);
      if (address.shown === null) throw new Error("nothing is shown");
      expect(isShown(open, address.shown)).toBe(true);
      expect(
        isShown({ ...open, chosen: { ...wanted, model: `${wanted.model}x` } }, address.shown),
      ).toBe(false);
    }),
  );
});

it("a log, by the number under which it is open", () => {
  const open = { kind: "log", chosen: null, exploration: 7 } as const;
  expect(readAddress(addressText(open, ["0a1b2c3d"]))).toEqual({ shown: 7, trail: ["0a1b2c3d"] });
});

it("whatever else stands there shows nothing, or what a server can refuse", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `#model=${text}`),
      ),
      (fragment) => {
        expect(() => readAddress(fragment)).not.toThrow();
      },
    ),
  );
  expect(readAddress("")).toEqual({ shown: null, trail: [] });
  expect(readAddress("#state")).toEqual({ shown: null, trail: [] });
});
