/**
 * A script that rewires a graph, in a real browser: the graph before and after each command, which
 * two edges do not agree, links to steps, and room for all of it on a small screen.
 */
import { instance } from "@viz-js/viz";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { REWIRINGS } from "../../models/rewiring/index.ts";
import { rewired } from "../../src/report/rewiring/rewired.ts";
import { rewiringTrace } from "../../src/report/rewiring/rewiring-trace.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { axeFindings, launchBrowser, open, screenshot } from "./browser.ts";
import { pageOf } from "./page-fixtures.ts";
import { type SiteFolder, siteFolder } from "./site-folder.ts";

const { describe, test } = needsTool("chromium");

const SCRIPTS = ["in-the-wrong-order", "by-moving-the-guest"];

describe("a script in a browser", () => {
  let browser: Browser;
  let site: SiteFolder;

  beforeAll(async () => {
    const viz = await instance();
    const pages = SCRIPTS.flatMap((name) => {
      const rewiring = REWIRINGS.get(name);
      if (rewiring === undefined) return [];
      const traces = [rewiringTrace(viz, rewired(rewiring), [])];
      return [pageOf(`rewiring/${name}`, name, [{ kind: "player", traces }])];
    });
    site = siteFolder(pages);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    site.remove();
  });

  const [wrong = "", right = ""] = SCRIPTS.map((name) => `rewiring/${name}`);

  test("a link leads to a refusal: both graphs, two red edges, their masks", async () => {
    const { page, complaints } = await open(browser, `${site.urlOf(wrong)}#commands/1`);
    expect(await page.locator(".graph figcaption").allTextContents()).toEqual([
      "before",
      "what was asked for: two edges do not agree",
    ]);
    expect(await page.locator(".graph .line.tone-bad").count()).toBe(2);
    expect(await page.locator(".told .tone-bad dd").first().textContent()).toMatch(
      /^Permission conflict on node 'disk'/,
    );
    await page
      .getByRole("img", { name: /^node hook to node disk/ })
      .last()
      .focus();
    expect(await page.locator(".hint").textContent()).toContain(
      "does not share write: a rule of copy-before-write (hook)",
    );
    expect(complaints).toEqual([]);
    await screenshot(page, "rewiring-refused");
    await page.close();
  });

  test("it is stepped through with the keyboard, and leaves a link to the step", async () => {
    const { page } = await open(browser, site.urlOf(right));
    expect(await page.locator(".graph").count()).toBe(1);
    for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
    expect(await page.locator(".now-text").textContent()).toContain("qom-set drive hook");
    expect(await page.locator(".graph .line.tone-guest .dashed").count()).toBe(1);
    await expect.poll(() => page.evaluate("location.hash")).toBe("#commands/3");
    await page.close();
  });

  for (const dark of [false, true]) {
    test(`axe-core finds nothing at any step, ${dark ? "dark" : "light"}`, async () => {
      const options = { dark, bypassCSP: true };
      const { page, complaints } = await open(browser, `${site.urlOf(wrong)}#commands/1`, options);
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press("ArrowRight");
      expect(await axeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    });
  }

  test("it fits on a small screen, and nothing is as wide as two graphs on paper", async () => {
    const { page } = await open(browser, `${site.urlOf(wrong)}#commands/1`, { width: 400 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await screenshot(page, "rewiring-refused-narrow");
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await page.close();
  });
});
