/**
 * Prose becomes pieces of text, of which none is lost and none is markup.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anchorOf, code } from "../../../src/report/site/blocks.ts";
import type { Inline } from "../../../src/report/site/page-document.ts";
import { listed, plain, prose } from "../../../src/report/site/writing.ts";

const textOf = (piece: Inline) => (typeof piece === "string" ? piece : piece.text);

describe("prose", () => {
  test("keeps all text but the backticks, and has no empty piece", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", " ", "`", "<", "é") }), (text) => {
        const pieces = prose(text);
        expect(pieces.map(textOf).join("")).toBe(plain(text));
        expect(pieces.map(textOf)).not.toContain("");
      }),
    );
  });

  test("is code between backticks, also at its ends", () => {
    expect(prose("`a` and <b> and `c`")).toEqual([code("a"), " and <b> and ", code("c")]);
  });
});

test("anchors are letters, digits and single hyphens", () => {
  expect(anchorOf("What wins where?")).toBe("what-wins-where");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(anchorOf(text)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/);
    }),
  );
});

test("lists have a comma between two pieces", () => {
  expect(listed([])).toEqual([]);
  expect(listed([code("a"), "b"])).toEqual([code("a"), ", ", "b"]);
});
