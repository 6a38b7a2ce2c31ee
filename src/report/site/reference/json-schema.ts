/**
 * JSON Schemas as tables for people: what `z.toJSONSchema` gives, one row for each property.
 *
 * Properties of properties are rows of their own, under paths: `x-perf.max-chunk`, and `steps[]`
 * for what is in a list. Of a choice between objects all have theirs.
 */
import { z } from "zod";

/** The part of JSON Schema, draft 2020-12, that zod makes. */
export interface JsonSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly $ref?: string | undefined;
}

const schemaSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
    items: schemaSchema.optional(),
    anyOf: z.array(schemaSchema).optional(),
    additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
    description: z.string().optional(),
    $ref: z.string().optional(),
  }),
);

/** What zod made, as a value of the type above; anything else is a mistake in this program. */
export function readJsonSchema(value: unknown): JsonSchema {
  return schemaSchema.parse(value);
}

/** What zod takes, as JSON Schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return readJsonSchema(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

export interface PropertyRow {
  readonly path: string;
  readonly type: string;
  /** whether it must be there, wherever that of which it is a part is */
  readonly required: boolean;
  /** as JSON; null: there is none */
  readonly byDefault: string | null;
  /** empty: the schema has none */
  readonly description: string;
}

/** All properties, those of an object before what is in them. */
export function propertyRows(schema: JsonSchema, at = ""): PropertyRow[] {
  const { properties = {}, required = [], items, anyOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, property]) => {
    const path = at === "" ? name : `${at}.${name}`;
    const row: PropertyRow = {
      path,
      type: typeText(property),
      required: required.includes(name),
      byDefault: property.default === undefined ? null : JSON.stringify(property.default),
      description: property.description ?? "",
    };
    return [row, ...propertyRows(property, path)];
  });
  const inside = items === undefined ? [] : propertyRows(items, `${at}[]`);
  const chosen = anyOf.flatMap((each) => propertyRows(each, at));
  return once([...own, ...inside, ...chosen.map((row) => ({ ...row, required: false }))]);
}

/** Of several choices that have a property the first one tells. */
function once(rows: readonly PropertyRow[]): PropertyRow[] {
  const paths = new Map<string, PropertyRow>();
  for (const row of rows) if (!paths.has(row.path)) paths.set(row.path, row);
  return [...paths.values()];
}

/** The type of a value in words: `"safe" or "hard"`, `list of string`. */
function typeText(schema: JsonSchema): string {
  const { type, items, anyOf, additionalProperties } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return choice(schema.enum.map((each) => JSON.stringify(each)));
  if (anyOf !== undefined) return choice(anyOf.map(typeText));
  if (schema.$ref !== undefined) return "JSON";
  if (type === undefined) return "JSON";
  if (typeof type !== "string") return choice(type);
  if (type === "array") return `list of ${items === undefined ? "JSON" : typeText(items)}`;
  if (type !== "object") return type;
  const keyed = typeof additionalProperties === "object" && schema.properties === undefined;
  return keyed ? `object of ${typeText(additionalProperties)}` : "object";
}

function choice(names: readonly string[]): string {
  return [...new Set(names)].join(" or ");
}
