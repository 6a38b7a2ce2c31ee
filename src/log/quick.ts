/**
 * A quick yes for the records that make up nearly all of a log.
 *
 * zod walks a schema object by object and builds a copy of the value; at a million records that is
 * half of the reading time. So the schemas of the plain kinds (io, done, step, ...) are compiled,
 * once, to one JavaScript expression each, which only looks. Only yes is an answer: what is not
 * quickly accepted, be it wrong or of a kind that is not compiled, is for zod to judge. A test
 * proves on arbitrary values that a quick yes is a yes of zod, and that valid plain records get
 * it.
 */
import { z } from "zod";

/**
 * Compiles a union of strict objects told apart by `kind`.
 *
 * @param schema options that use anything {@link expressionFor} does not know are left to zod
 * @param extraKeys how many keys a value has beside the schema's own; somebody else checks them
 * @returns true: the value, as JSON.parse gives it, fits; false: nobody knows yet
 */
export function compileQuick(
  schema: z.ZodDiscriminatedUnion<z.ZodObject[]>,
  extraKeys: number,
): (value: unknown) => boolean {
  const cases: string[] = [];
  for (const option of schema.options) {
    const expression = objectExpression(option, "x", extraKeys);
    const kind = expressionFor(option.shape.kind, "x.kind");
    if (expression !== null && kind !== null) cases.push(`if (${kind}) return ${expression};`);
  }
  const isObject = "if (typeof x !== 'object' || x === null) return false;";
  const lines = ["'use strict';", isObject, ...cases, "return false;"];
  const compiled = new Function("x", lines.join("\n"));
  return (value) => compiled(value) === true;
}

/** JavaScript that is true if `x` fits the schema; null for a schema that is not compiled. */
function expressionFor(schema: unknown, x: string): string | null {
  if (schema instanceof z.ZodLiteral) return oneOf([...schema.values], x);
  if (schema instanceof z.ZodEnum) return oneOf(schema.options, x);
  if (schema instanceof z.ZodNumber) return numberExpression(schema, x);
  if (schema instanceof z.ZodString) return stringExpression(schema, x);
  if (schema instanceof z.ZodObject) return objectExpression(schema, x, 0);
  if (schema instanceof z.ZodNullable) return anyOf([`${x} === null`, inner(schema, x)]);
  if (schema instanceof z.ZodOptional) return anyOf([`${x} === undefined`, inner(schema, x)]);
  if (schema instanceof z.ZodUnion) return unionExpression(schema, x);
  return null;
}

function inner(schema: z.ZodNullable | z.ZodOptional, x: string): string | null {
  return expressionFor(schema.unwrap(), x);
}

function oneOf(values: readonly unknown[], x: string): string | null {
  return anyOf(values.map((value) => `${x} === ${JSON.stringify(value)}`));
}

function anyOf(expressions: readonly (string | null)[]): string | null {
  return expressions.includes(null) ? null : `(${expressions.join(" || ")})`;
}

function allOf(expressions: readonly (string | null)[]): string | null {
  return expressions.includes(null) ? null : `(${expressions.join(" && ")})`;
}

/** The options that are compiled: a value that only another one allows gets no quick yes. */
function unionExpression(schema: z.ZodUnion, x: string): string | null {
  const known = schema.options.map((o) => expressionFor(o, x)).filter((e) => e !== null);
  return known.length === 0 ? null : anyOf(known);
}

/** Safe integers within inclusive bounds. */
function numberExpression(schema: z.ZodNumber, x: string): string | null {
  if (schema.format !== "safeint") return null;
  const bounds = (schema.def.checks ?? []).map((check) => {
    if (check instanceof z.core.$ZodCheckGreaterThan && check._zod.def.inclusive) {
      return `${x} >= ${check._zod.def.value}`;
    }
    if (check instanceof z.core.$ZodCheckLessThan && check._zod.def.inclusive) {
      return `${x} <= ${check._zod.def.value}`;
    }
    return null;
  });
  return allOf([`Number.isSafeInteger(${x})`, ...bounds]);
}

/** Strings bounded in length, or matched by a pattern without flags (flags may keep state). */
function stringExpression(schema: z.ZodString, x: string): string | null {
  const limits = (schema.def.checks ?? []).map((check) => {
    if (check instanceof z.core.$ZodCheckMinLength) {
      return `${x}.length >= ${check._zod.def.minimum}`;
    }
    if (check instanceof z.core.$ZodCheckMaxLength) {
      return `${x}.length <= ${check._zod.def.maximum}`;
    }
    if (check instanceof z.core.$ZodCheckRegex && check._zod.def.pattern.flags === "") {
      return `${check._zod.def.pattern}.test(${x})`;
    }
    return null;
  });
  return allOf([`typeof ${x} === "string"`, ...limits]);
}

/**
 * Strict objects. With every required key present, an unknown key shows in the number of keys. An
 * array could pass for an object none of whose keys is required, so that is left to zod.
 */
function objectExpression(schema: z.ZodObject, x: string, extraKeys: number): string | null {
  if (!(schema.def.catchall instanceof z.ZodNever) || schema.def.checks !== undefined) return null;
  const fields: (string | null)[] = [];
  const optional: string[] = [];
  for (const [key, field] of Object.entries(schema.shape)) {
    const value = `${x}[${JSON.stringify(key)}]`;
    fields.push(expressionFor(field, value));
    if (field instanceof z.ZodOptional) optional.push(`(${value} === undefined ? 0 : 1)`);
  }
  const required = fields.length - optional.length;
  if (required === 0) return null;
  const keys = [required + extraKeys, ...optional].join(" + ");
  const isObject = `typeof ${x} === "object" && ${x} !== null`;
  return allOf([isObject, ...fields, `Object.keys(${x}).length === ${keys}`]);
}
