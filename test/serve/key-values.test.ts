/**
 * Options of QEMU's command line: the same as JSON, and typed by schemas.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseKeyValues, typedBy } from "../../src/serve/key-values.ts";

const parse = (text: string) => parseKeyValues("--blockdev", text, "driver");

describe("key=value", () => {
  test.each([
    ["driver=raw,node-name=d", { driver: "raw", "node-name": "d" }],
    ["raw,node-name=d", { driver: "raw", "node-name": "d" }],
    ["driver=raw,file.driver=file,file.filename=a,,b", file("a,b")],
    ["children.0=a,children.1=b", { children: ["a", "b"] }],
    ['{"driver":"raw","read-only":true}', { driver: "raw", "read-only": true }],
    ["a=b=c", { a: "b=c" }],
    ["a=", { a: "" }],
  ])("%s", (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test.each([
    ["node-name=d,oops", "'oops' is no KEY=VALUE"],
    ["a=1,a.b=2", "'a' is given in two ways"],
    ["a.b=1,a=2", "'a' is given in two ways"],
    ["children.1=a", "numbered 0, 1, 2..., not 1"],
    ["children.0=a,children.x=b", "numbered 0, 1, 2..."],
    ["__proto__.x=1", "'__proto__.x' is no key"],
    ["{", "is to be JSON"],
    ["[1]", "'[1]' is no KEY=VALUE"],
  ])("%s is refused", (text, problem) => {
    expect(() => parseKeyValues("--blockdev", text)).toThrow(problem);
  });

  test("means what the JSON of the same says", () => {
    const key = fc.stringMatching(/^[a-z][a-z-]{0,5}$/);
    const value = fc.string({ maxLength: 8 });
    const given = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { minKeys: 1 })), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(given, (object) => {
        const parts = Object.entries(object).flatMap(([name, inner]) =>
          typeof inner === "string"
            ? [`${name}=${inner}`]
            : Object.entries(inner).map(([key, text]) => `${name}.${key}=${text}`),
        );
        const text = parts.map((part) => part.replaceAll(",", ",,")).join(",");
        expect(parseKeyValues("--blockdev", text)).toEqual(
          parseKeyValues("--blockdev", JSON.stringify(object)),
        );
      }),
    );
  });
});

function file(filename: string) {
  return { driver: "raw", file: { driver: "file", filename } };
}

test("text becomes what the schema wants, and stays text where that wants text", () => {
  const schema = z.object({
    "read-only": z.boolean().default(false),
    size: z.int().optional(),
    "detect-zeroes": z.enum(["off", "on"]).optional(),
    inner: z.object({ deep: z.boolean() }).optional(),
  });
  const given = { "read-only": "on", size: "12", "detect-zeroes": "on", inner: { deep: "off" } };
  expect(typedBy(schema, { ...given, unknown: "on" })).toEqual({
    ...{ "read-only": true, size: 12, "detect-zeroes": "on", inner: { deep: false } },
    unknown: "on",
  });
  expect(typedBy(schema, { size: "many", "read-only": "perhaps" })).toEqual({
    size: "many",
    "read-only": "perhaps",
  });
});
