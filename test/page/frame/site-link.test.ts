/**
 * Links lead from any page to any page of the site, and to nothing that runs.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { rootFrom, siteHref } from "../../../src/page/frame/site-link.ts";

const path = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9-]*$/), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));

test("a link from any page to any other arrives there", () => {
  fc.assert(
    fc.property(path, path, (from, to) => {
      const base = `https://site.example/some/folder/${from}.html`;
      const { href } = new URL(siteHref(from, `${to}#trace/7`), base);
      expect(href).toBe(`https://site.example/some/folder/${to}.html#trace/7`);
      const script = new URL(`./${rootFrom(from)}app.js`, base);
      expect(script.href).toBe("https://site.example/some/folder/app.js");
    }),
  );
});

test("an anchor stays on the page, and only https leads elsewhere", () => {
  expect(siteHref("models/fleecing", "#bounds")).toBe("#bounds");
  expect(siteHref("a", "https://lists.gnu.org/x")).toBe("https://lists.gnu.org/x");
  fc.assert(
    fc.property(path, fc.oneof(fc.string(), fc.constant("javascript:alert(1)")), (from, to) => {
      fc.pre(!to.startsWith("https://"));
      const { origin } = new URL(siteHref(from, to), "https://site.example/a/b/c/d/e.html");
      expect(origin).toBe("https://site.example");
    }),
  );
});
