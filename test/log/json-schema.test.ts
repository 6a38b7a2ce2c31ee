/** The published JSON Schema: one alternative a kind, each with the envelope and every enum. */
import { expect, test } from "vitest";
import { z } from "zod";
import { logJsonSchema } from "../../src/log/json-schema.ts";
import { bodySchema } from "../../src/log/record.ts";
import { ERRNOS, OPERATIONS } from "../../src/vocabulary.ts";

const shape = z.object({
  $schema: z.literal("https://json-schema.org/draft/2020-12/schema"),
  $id: z.literal("urn:blockgraph:log:1"),
  anyOf: z.array(
    z.object({
      type: z.literal("object"),
      properties: z.looseObject({ kind: z.object({ const: z.string() }) }),
      required: z.array(z.string()),
      additionalProperties: z.literal(false),
    }),
  ),
});

test("every kind has an alternative, which requires the envelope and allows no unknown key", () => {
  const { anyOf } = shape.parse(logJsonSchema());
  const kinds = bodySchema.options.map((option) => option.shape.kind.value);
  expect(anyOf.map(({ properties }) => properties.kind.const)).toEqual(kinds);
  for (const { required, properties } of anyOf) {
    expect(required).toEqual(expect.arrayContaining(["v", "seq", "prev", "kind"]));
    expect(properties).toMatchObject({
      v: { const: 1 },
      seq: { type: "integer", minimum: 0 },
      prev: { type: "string", pattern: "^[0-9a-f]{16}$" },
    });
  }
});

test("enumerations are complete, and optional fields are not required", () => {
  const { anyOf } = shape.parse(logJsonSchema());
  const io = anyOf.find(({ properties }) => properties.kind.const === "io");
  expect(io?.properties.operation).toMatchObject({ enum: [...OPERATIONS] });
  expect(io?.required).not.toContain("data");
  const fault = anyOf.find(({ properties }) => properties.kind.const === "fault");
  expect(fault?.properties.errno).toMatchObject({ enum: [...ERRNOS] });
});

test("every reference leads somewhere, and the schema is plain JSON", () => {
  const schema = logJsonSchema();
  const text = JSON.stringify(schema);
  expect(JSON.parse(text)).toEqual(schema);
  const references = [...text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(0);
  for (const name of references) expect(schema).toHaveProperty(["$defs", name ?? ""]);
});
