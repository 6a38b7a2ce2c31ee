/** XXH64 and the chain: published values, any length, and no false match. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CHAIN_START, Chain, hasher } from "../../src/log/chain.ts";

test("the digests are XXH64 with seed 0, as published", () => {
  expect(CHAIN_START).toBe("ef46db3751d8e999");
  expect(hasher.digest(Buffer.from("a"))).toBe("d24ec4f1a98c6e5b");
  expect(hasher.digest(Buffer.from("xxhash"))).toBe("32dd38952c4bc720");
});

test("a digest keeps its leading zeros", () => {
  const found = Array.from({ length: 200 }, (_, i) => hasher.digest(Buffer.from(`${i}`)));
  expect(found.every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true);
  expect(found.some((digest) => digest.startsWith("0"))).toBe(true);
});

test("a digest does not depend on how the data arrives, nor on how long it is", () => {
  const large = new Uint8Array(700_001);
  for (let at = 0; at < large.length; at++) large[at] = at * 7 + (at >> 9);
  fc.assert(
    fc.property(fc.nat(large.length), fc.array(fc.nat(large.length)), (length, cuts) => {
      const bytes = large.subarray(0, length);
      const bounds = [0, ...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
      const stream = hasher.stream();
      for (const [at, from] of bounds.slice(0, -1).entries()) {
        stream.update(bytes.subarray(from, bounds[at + 1]));
      }
      expect(stream.digest()).toBe(hasher.digest(bytes));
    }),
    { numRuns: 40 },
  );
});

test("two streams do not disturb each other", () => {
  const [one, other] = [hasher.stream(), hasher.stream()];
  one.update(Buffer.from("xx"));
  other.update(Buffer.from("something else"));
  one.update(Buffer.from("hash"));
  expect(one.digest()).toBe("32dd38952c4bc720");
});

test("a chain holds for the digest of its last line and for nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(15), fc.string({ maxLength: 17 }), (line, at, text) => {
      const chain = new Chain();
      expect(chain.holds(CHAIN_START)).toBe(true);
      chain.advance(line);
      const end = hasher.digest(line);
      expect(chain.end).toBe(end);
      expect(chain.holds(end)).toBe(true);
      const digit = end[at] === "0" ? "1" : "0";
      expect(chain.holds(end.slice(0, at) + digit + end.slice(at + 1))).toBe(false);
      expect(chain.holds(text)).toBe(text === end);
      expect(chain.holds(`${end}0`)).toBe(false);
    }),
  );
});

test("digits in upper case and characters beside the digits do not hold", () => {
  const chain = new Chain();
  expect(chain.holds(CHAIN_START.toUpperCase())).toBe(false);
  // The characters from W on would count as 0 to 9, were they read as letters.
  const shifted = CHAIN_START.replace(/\d/g, (digit) => String.fromCharCode(87 + Number(digit)));
  expect(chain.holds(shifted)).toBe(false);
});
