/**
 * Options as QEMU's tools take them on the command line: `driver=raw,file.filename=a,,b.img`, or
 * the same as JSON (QEMU util/keyval.c, `keyval_parse`).
 *
 * A dot in a key leads into an object, a number between dots into a list; two commas are one in a
 * value. All values are text here: what they are to be is said by the schema that they are for.
 */
import { z } from "zod";
import { BlockgraphError } from "../error.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";

/**
 * @param option for messages: `--blockdev`
 * @param implied key of a first part that has none, such as `driver`
 * @throws BlockgraphError `bad-argument`
 */
export function parseKeyValues(option: string, text: string, implied?: string): JsonObject {
  if (text.startsWith("{")) return parseJson(option, text);
  const result: JsonObject = {};
  for (const [index, part] of splitAtCommas(text).entries()) {
    const equals = part.indexOf("=");
    if (equals < 0 && index === 0 && implied !== undefined) {
      put(option, result, [implied], part);
      continue;
    }
    if (equals < 1) throw wrong(option, `'${part}' is no KEY=VALUE`);
    put(option, result, part.slice(0, equals).split("."), part.slice(equals + 1));
  }
  return asLists(option, result);
}

function parseJson(option: string, text: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    throw wrong(option, "what begins with { is to be JSON, and is none");
  }
  throw wrong(option, "the JSON is to be an object");
}

function splitAtCommas(text: string): string[] {
  const parts = text.match(/(?:[^,]|,,)+/g) ?? [];
  return parts.map((part) => part.replaceAll(",,", ","));
}

function put(option: string, into: JsonObject, path: readonly string[], value: string): void {
  const [key = "", ...rest] = path;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(key))
    throw wrong(option, `'${path.join(".")}' is no key`);
  if (rest.length === 0) {
    if (typeof into[key] === "object") throw wrong(option, `'${key}' is given in two ways`);
    into[key] = value;
    return;
  }
  into[key] ??= {};
  const inner = into[key];
  if (!isJsonObject(inner)) {
    throw wrong(option, `'${key}' is given in two ways`);
  }
  put(option, inner, rest, value);
}

/** Objects whose keys are 0, 1, 2... are lists. */
function asLists<T extends JsonValue>(option: string, value: T): T;
function asLists(option: string, value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, asLists(option, inner)]);
  const numbers = Object.keys(value).filter((key) => /^\d+$/.test(key));
  if (numbers.length === 0) return Object.fromEntries(entries);
  if (numbers.some((key, index) => Number(key) !== index) || numbers.length < entries.length) {
    throw wrong(option, `the parts of a list are numbered 0, 1, 2..., not ${numbers.join(", ")}`);
  }
  return entries.map(([, inner]) => inner ?? null);
}

/** Text as the types that a schema has at the same keys; what it does not know stays as it is. */
export function typedBy(schema: z.ZodType, value: JsonValue | undefined): JsonValue {
  if (value === undefined) return null;
  const wanted = unwrapped(schema);
  if (wanted instanceof z.ZodObject && isJsonObject(value)) {
    const shape: Readonly<Record<string, z.ZodType>> = wanted.shape;
    const typed = Object.entries(value).map(([key, inner]) => {
      const own = shape[key];
      return [key, own === undefined ? inner : typedBy(own, inner)];
    });
    return Object.fromEntries(typed);
  }
  if (typeof value !== "string") return value;
  if (wanted instanceof z.ZodBoolean) return BOOLEANS.get(value) ?? value;
  if (wanted instanceof z.ZodNumber && /^-?\d+$/.test(value)) return Number(value);
  return value;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["on", "yes", "true", "y"].map((text) => [text, true] as const),
  ...["off", "no", "false", "n"].map((text) => [text, false] as const),
]);

function unwrapped(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodType ? inner : schema;
}

function wrong(option: string, problem: string): BlockgraphError {
  return new BlockgraphError(
    "bad-argument",
    `${option}: ${problem}; write it as in ${option} key=value,other.key=value, or as JSON`,
  );
}
