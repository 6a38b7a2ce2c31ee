/**
 * Documents that a monitor is sent: escapes that stand for no character are refused in the words of
 * qemu-storage-daemon.
 */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../src/serve/parse-document.ts";

describe("an escape", () => {
  test.for([
    "\\ud800",
    "\\udc00",
    "\\ud83d\\u0041",
    "\\uFFFE",
    "\\uffff",
    "\\ufdd0",
    "\\ud83f\\udfff",
  ])("that is no character is refused: %s", (text) => {
    const said = parseDocument(`{"execute":"ab${text}c"}`);
    const named = text.startsWith("\\ud83d") ? "\\ud83d" : text;
    expect(said).toBe(`JSON parse error, ${named} is not a valid Unicode character`);
  });

  test.for(["\\u0041", "\\ud83d\\ude00", "\\\\ud800", "\\ufffd", "\\n\\\\\\uabcd", "é"])(
    "that is one is taken: %s",
    (text) => {
      const document = `{"execute":"${text}"}`;
      expect(parseDocument(document)).toEqual(JSON.parse(document));
    },
  );
});

test("what is no JSON, or no object, is refused", () => {
  expect(parseDocument("{")).toMatch(/^JSON parse error/);
  expect(parseDocument("[]")).toBe("QMP input must be a JSON object");
});

test.for([
  [`{'execute': 'quit'}`, { execute: "quit" }],
  [`{"execute": 'it is "quit"'}`, { execute: 'it is "quit"' }],
  [
    `{'a': 'it\\'s', "b": "it\\'s", 'c': '\\\\', "d": "'"}`,
    { a: "it's", b: "it's", c: "\\", d: "'" },
  ],
  [`{"a": "don't", "b": "\\"'\\""}`, { a: "don't", b: `"'"` }],
] as const)("strings may stand between apostrophes: %s", ([document, value]) => {
  expect(parseDocument(document)).toEqual(value);
});
