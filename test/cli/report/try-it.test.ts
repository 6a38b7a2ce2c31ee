/** The pages of models: a button that checks the small ones, of the others why there is none. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addTryIt } from "../../../src/cli/report/try-it.ts";
import { heading } from "../../../src/report/site/blocks.ts";
import { scratchFolder } from "../blockgraph.ts";

it("small models have a button; pages of others say how large they are", () => {
  const out = scratchFolder();
  const models = [
    { model: { name: "break-snapshot-race" }, check: { states: 1_234 } },
    { model: { name: "view-discard" }, check: { states: 1_234_567 } },
    { model: { name: "overlap" }, check: null },
  ];
  const pages = ["fleece", ...models.map(({ model }) => model.name)].map((name) => ({
    ...{ path: `models/${name}`, title: name, summary: "", trail: [] },
    blocks: [heading(2, "The verdict"), heading(2, "The graph")],
  }));
  const made = addTryIt(out, pages, { models, sketches: [{ sketch: { name: "fleece" } }] });
  const added = made.map(({ blocks }) => blocks[1]);
  expect(made.map(({ blocks }) => blocks.length)).toEqual([3, 3, 3, 3]);
  expect(added.map((block) => block?.kind)).toEqual(["try-it", "try-it", "paragraph", "paragraph"]);
  const texts = added.map((block) => JSON.stringify(block));
  expect(texts[2]).toMatch(
    /1,234,567 states, and a page is quick up to 50,000.*check view-discard/,
  );
  expect(texts[3]).toMatch(/no check has counted its states yet.*explore overlap/);
  expect(existsSync(join(out, "try-it", "fleece.js"))).toBe(true);
  expect(existsSync(join(out, "try-it", "view-discard.js"))).toBe(false);
});
