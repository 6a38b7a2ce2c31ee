/**
 * Documents come out of a stream as they went in, however it was cut.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cut, JsonSplitter } from "../../src/serve/json-splitter.ts";

const document = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));

test("documents are found again, with or without space between them, in pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(document, fc.constantFrom("", " ", "\n", "\r\n\r\n"))),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (documents, lengths) => {
        const text = documents.map(([each, space]) => JSON.stringify(each) + space).join("");
        const bytes = Buffer.from(text);
        const splitter = new JsonSplitter();
        const found: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length: number = lengths.next().value;
          found.push(...splitter.push(bytes.subarray(at, at + length)).map(textOf));
          at += length;
        }
        expect(found.map((each) => JSON.parse(each))).toEqual(
          documents.map(([each]) => JSON.parse(JSON.stringify(each))),
        );
      },
    ),
  );
});

const textOf = (cut: Cut) => ("text" in cut ? cut.text : "");

test("what is no document ends with its line, and the next one is found", () => {
  const found = new JsonSplitter().push(Buffer.from('nonsense\n} ] \n{"a": "}"}')).map(textOf);
  expect(found.filter((each) => each.startsWith("{"))).toEqual(['{"a": "}"}']);
  expect(found[0]).toBe("nonsense");
});

test.each([
  ["a string without an end", '{"a": "b\n'],
  ["lists without an end", `${"[".repeat(5000)}\n`],
  ["a brace that closes a list", "[[[}\n"],
  ["what is too long", `["${"a".repeat(2000)}"]\n`],
])("%s does not keep what comes behind it from being heard", (_, nonsense) => {
  const splitter = new JsonSplitter(1000);
  const found = splitter.push(Buffer.from(`${nonsense}{"b": 1}`));
  expect(found.at(-1)).toEqual({ text: '{"b": 1}' });
  expect(found.length).toBeGreaterThan(1);
  expect(found.length).toBeLessThan(5);
});
