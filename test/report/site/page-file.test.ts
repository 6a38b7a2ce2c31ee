/**
 * Pages as files: whatever a page says, it says as data, and none of it is markup.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { breakSnapshotRace } from "../../../models/break-snapshot-race.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import { logTrace } from "../../../src/report/player/log-trace.ts";
import type { PageDocument } from "../../../src/report/site/page-document.ts";
import { pageFile, siteIndex } from "../../../src/report/site/page-file.ts";
import { simulated } from "../player/simulated.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("</script>", "<script>alert(1)</script>", "<!--", "]]>", "&lt;", '"><img src=x>'),
);

const anyPage = fc.record({
  path: fc.constantFrom("index", "models/fleecing", "models/fleecing/mutant"),
  title: text,
  summary: text,
  trail: fc.constant([]),
  blocks: fc.array(fc.record({ kind: fc.constant("paragraph" as const), text: fc.array(text) })),
});

/** What stands in the data block of that name. */
function dataOf(html: string, id: string): unknown {
  const pattern = new RegExp(`<script type="application/json" id="${id}">([^<]*)</script>`);
  return JSON.parse(pattern.exec(html)?.[1] ?? "null");
}

/** Elements, as a browser would begin them. */
function elements(html: string): string[] {
  return [...html.matchAll(/<([a-z]+)[\s>]/g)].map(([, name]) => name ?? "");
}

const SHELL = elements(pageFile(pageOf([]), siteIndex("blockgraph", [], [])));

test("a page comes back as it was, and has no element but its shell's", () => {
  fc.assert(
    fc.property(anyPage, text, (page, title) => {
      const index = siteIndex(title, [{ title, path: "index" }], [page]);
      const html = pageFile(page, index);
      expect(dataOf(html, "document")).toEqual(JSON.parse(JSON.stringify(page)));
      expect(dataOf(html, "site")).toEqual(JSON.parse(JSON.stringify(index)));
      expect(elements(html)).toEqual(SHELL);
    }),
  );
});

test("text of a log is text, whatever it looks like", () => {
  const sink = new MemoryLog();
  for (const { v: _v, seq: _seq, prev: _prev, ...body } of simulated(breakSnapshotRace, 0)) {
    sink.append(body);
  }
  sink.append({ kind: "note", text: "</script><script>alert(1)</script><b onclick=x>" });
  const trace = logTrace(
    { id: "t", title: "t" },
    { records: sink.records, lines: [], notices: [] },
  );
  expect(trace.steps.at(-1)?.text).toContain("<script>alert(1)</script>");
  const page = pageOf([{ kind: "player", traces: [trace] }]);
  const html = pageFile(page, siteIndex("blockgraph", [], [page]));
  expect(elements(html)).toEqual(SHELL);
  expect(html).not.toContain("alert(1)</script>");
  expect(dataOf(html, "document")).toEqual(page);
});

test("files are found from however deep a page lies, and nothing else may be loaded", () => {
  const html = (path: string) => pageFile({ ...pageOf([]), path }, siteIndex("b", [], []));
  expect(html("index")).toContain('src="app.js"');
  expect(html("models/fleecing")).toContain('src="../app.js"');
  expect(html("models/fleecing/mutant")).toContain('href="../../app.css"');
  expect(html("index")).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
});

function pageOf(blocks: PageDocument["blocks"]): PageDocument {
  return { path: "index", title: "A page", summary: "What it says", trail: [], blocks };
}
