/** The compiled yes agrees with zod, and is given where it matters. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { compileQuick } from "../../src/log/quick.ts";
import { bodySchema } from "../../src/log/record.ts";
import { bodyArbitrary } from "./arbitraries.ts";

const quick = compileQuick(bodySchema, 0);
const PLAIN = ["done", "step", "fault", "crash", "note", "error"];

/** Nearly bodies: one field taken away, added, or given any other value, on top or one below. */
const spoiled = fc
  .tuple(bodyArbitrary, fc.nat(), fc.constantFrom("drop", "add", "change"), fc.jsonValue())
  .map(([body, pick, how, other]) => {
    const copy = JSON.parse(JSON.stringify(body));
    const nested = Object.keys(copy).filter((key) => typeof copy[key] === "object" && copy[key]);
    const target = pick % 2 === 0 || nested.length === 0 ? copy : copy[nested[0] ?? ""];
    const keys = Object.keys(target);
    const key = keys[(pick >> 1) % Math.max(1, keys.length)] ?? "none";
    if (how === "drop") delete target[key];
    else target[how === "add" ? `${key}x` : key] = other;
    return copy;
  });

test("a quick yes is a yes of the schema", () => {
  fc.assert(
    fc.property(fc.oneof(spoiled, bodyArbitrary, fc.jsonValue()), (value) => {
      if (quick(value)) expect(bodySchema.safeParse(value).success).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test("every valid body of a plain kind gets it, and so does io without deflated data", () => {
  fc.assert(
    fc.property(bodyArbitrary, (body) => {
      const plainIo = body.kind === "io" && !(body.data && "deflate" in body.data);
      if (PLAIN.includes(body.kind) || plainIo) expect(quick(body)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("what is around the body is counted, not looked at", () => {
  const enveloped = compileQuick(bodySchema, 2);
  expect(enveloped({ kind: "crash", v: 1, seq: null })).toBe(true);
  expect(enveloped({ kind: "crash", v: 1 })).toBe(false);
  expect(enveloped({ kind: "crash", v: 1, seq: 2, more: 3 })).toBe(false);
});

test("schemas whose meaning it does not know are left to zod", () => {
  const values = [
    { field: z.number(), value: 1 },
    { field: z.int().multipleOf(2), value: 2 },
    { field: z.int().gt(0), value: 1 },
    { field: z.string().regex(/^a$/i), value: "a" },
    { field: z.string().startsWith("a"), value: "a" },
    { field: z.object({ a: z.literal(1) }), value: { a: 1 } },
    { field: z.strictObject({ a: z.literal(1).optional() }), value: {} },
    { field: z.array(z.literal(1)), value: [1] },
  ];
  for (const { field, value } of values) {
    const schema = z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("a"), field })]);
    expect(schema.safeParse({ kind: "a", field: value }).success).toBe(true);
    expect(compileQuick(schema, 0)({ kind: "a", field: value })).toBe(false);
  }
});
