/**
 * Colouring code changes no letter of it.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { codePieces } from "../../../src/page/text/code-pieces.ts";

const language = fc.constantFrom("", "text", "json", "shell", "typescript", "python", "unheard-of");
const code = fc
  .array(fc.constantFrom('"', "'", "`", "\\", "#", "//", "/*", "*/", "\n", " ", "a", "12", ".5"))
  .map((parts) => parts.join(""));

test("the pieces together are the text", () => {
  fc.assert(
    fc.property(fc.oneof(code, fc.string()), language, (text, name) => {
      const pieces = codePieces(text, name);
      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    }),
  );
});

test("comments, strings and numbers are told apart", () => {
  const kinds = codePieces('# "no"\nrun --bounds 22 "2 # 3"', "shell");
  expect(kinds.filter(({ kind }) => kind !== "plain")).toEqual([
    { kind: "comment", text: '# "no"' },
    { kind: "number", text: "22" },
    { kind: "string", text: '"2 # 3"' },
  ]);
  expect(codePieces("don't, can't 3", "text")).toEqual([{ kind: "plain", text: "don't, can't 3" }]);
});
