/**
 * All pages of prose: links lead somewhere, anchors are there once, and no text is markup.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { REWIRINGS } from "../../../models/rewiring/index.ts";
import type { Inline, PageDocument } from "../../../src/report/site/page-document.ts";
import { PROSE_NAVIGATION } from "../../../src/report/site/prose-pages.ts";
import { blocksOf, inlinesOf, sitePages } from "../../support/site-pages.ts";

const pages = await sitePages();
const paths = new Map(pages.map((page) => [page.path, page]));

function anchorsOf(page: PageDocument): string[] {
  return blocksOf(page).flatMap((block) => (block.kind === "heading" ? [block.anchor] : []));
}

/** What a link leads to: null if it leads nowhere. */
function targetOf(to: string): string | null {
  const [path = "", anchor] = to.split("#");
  const model = /^models\/(.+)$/.exec(path)?.[1];
  if (model !== undefined) return MODELS.has(model) ? model : null;
  const script = /^rewiring\/(.+)$/.exec(path)?.[1];
  if (script !== undefined) return REWIRINGS.has(script) ? script : null;
  const page = paths.get(path);
  if (page === undefined) return null;
  return anchor === undefined || anchorsOf(page).includes(anchor) ? path : null;
}

const textOf = (piece: Inline) => (typeof piece === "string" ? piece : piece.text);

describe("pages of prose", () => {
  test("have each a path of its own, and the navigation leads to them", () => {
    expect(paths.size).toBe(pages.length);
    for (const { path } of PROSE_NAVIGATION) expect(paths.has(path)).toBe(true);
    for (const { path } of pages) expect(path).toMatch(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/);
  });

  test("stand below pages that there are", () => {
    for (const { trail } of pages) {
      const [first, ...others] = trail;
      expect(first?.path).toBe("index");
      for (const { path } of others) expect(targetOf(path)).not.toBeNull();
    }
  });
});

describe.each(pages)("the page $path", (page) => {
  const inlines = inlinesOf(page.blocks);

  test("has links that lead somewhere", () => {
    const links = inlines.flatMap((piece) =>
      typeof piece !== "string" && piece.kind === "link" ? [piece.to] : [],
    );
    expect(links.filter((to) => targetOf(to) === null)).toEqual([]);
  });

  test("has every anchor once", () => {
    const anchors = anchorsOf(page);
    expect(anchors).toEqual([...new Set(anchors)]);
    for (const anchor of anchors) expect(anchor).toMatch(/^[a-z0-9][a-z0-9-]*$/);
  });

  test("says something everywhere, and nothing in markup", () => {
    expect(page.title).not.toBe("");
    expect(page.summary).toMatch(/^.{15,}[.]$/);
    expect(page.blocks.length).toBeGreaterThan(1);
    for (const text of [page.title, page.summary, ...inlines.map(textOf)]) {
      expect(text).not.toMatch(/`|\*\*|\]\(|<\/?(a|b|i|p|code|em|br|span)\b[^|]*>|\bundefined\b/);
    }
    for (const block of blocksOf(page)) {
      if (block.kind === "paragraph") expect(block.text.map(textOf).join("")).not.toBe("");
      if (block.kind !== "table") continue;
      for (const row of block.rows) expect(row).toHaveLength(block.columns.length);
    }
  });

  test("explains what its tables list", () => {
    for (const block of blocksOf(page)) {
      if (block.kind !== "table") continue;
      const at = block.columns.findIndex(({ title }) => title === "meaning");
      if (at < 0) continue;
      for (const row of block.rows) {
        expect(row[at]?.text.map(textOf).join(""), JSON.stringify(row)).toMatch(/.{3,}/);
      }
    }
  });
});
