/**
 * The player in a real browser: links to steps, keys, what is shown at a step, very long traces.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { needsTool } from "../tools/needs-tool.ts";
import { launchBrowser, open, screenshot } from "./browser.ts";
import { fixturePages, MARKUP, pageOf } from "./page-fixtures.ts";
import { type SiteFolder, siteFolder } from "./site-folder.ts";
import { raceTrace, stepOf } from "./trace-fixtures.ts";

const { describe, test } = needsTool("chromium");

/** What a screen reader says of the step. */
function said(page: Page): Promise<string | null> {
  return page.locator(".player > [aria-live]").first().textContent();
}

/** Of what was drawn, the lower edge. */
function bottomOf(box: { readonly y: number; readonly height: number } | null): number {
  return box === null ? Number.NaN : box.y + box.height;
}

/** A trace in which everything looks like markup, or names what there is not. */
function hostileTrace() {
  const step = stepOf(MARKUP, {
    line: MARKUP,
    lane: MARKUP,
    messages: [
      { from: MARKUP, to: "guest", text: MARKUP, kind: "call" },
      { from: "guest", to: "nobody", text: MARKUP, kind: "call" },
    ],
    changes: [{ what: MARKUP, before: MARKUP, after: MARKUP }],
    cells: [{ map: "nothing", cell: 99, state: 7 }],
    judged: [{ property: 0, status: "violated", why: MARKUP }],
    wrong: {
      lane: "nobody",
      offset: 0,
      length: 0,
      map: "nothing",
      clusters: [4],
      expected: MARKUP,
      found: MARKUP,
    },
  });
  const lanes = [{ id: MARKUP, kind: "node" as const, title: MARKUP }, ...raceTrace().lanes];
  return { ...raceTrace(MARKUP), title: MARKUP, notices: [MARKUP], lanes, steps: [step] };
}

describe("the player in a browser", () => {
  let browser: Browser;
  let site: SiteFolder;

  beforeAll(async () => {
    const lasso = { ...raceTrace("lasso"), loop: 7 };
    const empty = { ...raceTrace("empty"), steps: [], maps: [], lanes: [], properties: [] };
    site = siteFolder([
      ...fixturePages(),
      pageOf("hostile", "Hostile", [{ kind: "player", traces: [hostileTrace()] }]),
      pageOf("lasso", "A lasso", [{ kind: "player", traces: [lasso] }]),
      pageOf("empty", "Nothing", [
        { kind: "player", traces: [empty] },
        { kind: "player", traces: [] },
      ]),
    ]);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    site.remove();
  });

  test("a race is stepped by keys to its wrong byte, which is seen and said", async () => {
    const { page, complaints } = await open(browser, site.urlOf("models/fleecing"));
    expect(await page.locator(".square.wrong").count()).toBe(0);
    for (let step = 1; step <= 8; step++) {
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => said(page)).toContain(`Step ${step} of 9`);
    }
    const wrong = page.locator(".square.wrong");
    expect(await wrong.count()).toBe(1);
    expect(await wrong.getAttribute("title")).toBe("cluster 1: value 1 of guest");
    const bytes = "Wrong bytes: reader0 found value 1 of guest at bytes 65,536 to 131,071";
    expect(await said(page)).toContain(bytes);
    expect(await said(page)).toContain("view-is-point-in-time: violated");
    expect(await page.getByLabel(/Wrong bytes in: 1/).count()).toBe(1);
    expect(await page.locator(".message.now.goes-wrong").count()).toBe(1);
    await screenshot(page, "player-wrong-byte");
    await page.keyboard.press("Home");
    await expect.poll(() => said(page)).toContain("the beginning");
    await page.keyboard.press("v");
    await expect.poll(() => said(page)).toContain("Step 8 of 9");
    await page.keyboard.press("End");
    await expect.poll(() => said(page)).toContain("Step 9 of 9");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a link leads to its step, follows the reader, and is followed", async () => {
    const { page } = await open(browser, `${site.urlOf("models/fleecing")}#fleecing/7`);
    expect(await said(page)).toContain("Step 7 of 9: the guest's write reaches disk.raw");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.url()).toMatch(/#fleecing\/6$/);
    await page.evaluate("location.hash = '#fleecing/2'");
    await expect.poll(() => said(page)).toContain("Step 2 of 9");
    await page.evaluate("location.hash = '#fleecing/999999'");
    await expect.poll(() => said(page)).toContain("Step 9 of 9");
    await page.evaluate("location.hash = '#no-such-trace/3'");
    expect(await said(page)).toContain("Step 9 of 9");
    await page.close();
  });

  test("slider, number, list and diagram all lead to a step", async () => {
    const { page } = await open(browser, site.urlOf("models/fleecing"));
    await page.getByRole("slider", { name: "Step" }).fill("3");
    await expect.poll(() => said(page)).toContain("Step 3 of 9");
    await page.getByRole("spinbutton", { name: "Step" }).fill("5");
    await page.keyboard.press("Enter");
    await expect.poll(() => said(page)).toContain("Step 5 of 9");
    await page.getByRole("listbox", { name: "Steps" }).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => said(page)).toContain("Step 6 of 9");
    await page.getByRole("option", { name: /reader0 asks/ }).click();
    await expect.poll(() => said(page)).toContain("Step 2 of 9");
    await page.locator(".sequence text", { hasText: "blockdev-replace" }).click();
    await expect.poll(() => said(page)).toContain("Step 1 of 9");
    await page.close();
  });

  test("the help lists the keys, and Escape closes it", async () => {
    const { page } = await open(browser, site.urlOf("models/fleecing"));
    await page.keyboard.press("?");
    expect(await page.getByRole("dialog").textContent()).toContain("play or pause");
    await screenshot(page, "player-keys");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await page.close();
  });

  test("it plays to the end and stops there, and round a lasso for ever", async () => {
    const { page } = await open(browser, site.urlOf("models/fleecing"));
    await page.getByLabel("Speed").selectOption("30");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => said(page)).toContain("Step 9 of 9");
    await expect.poll(() => page.getByRole("button", { name: "Play" }).count()).toBe(1);
    await page.getByLabel("Speed").selectOption("0.5");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => said(page)).toContain("the beginning");
    await page.goto(`${site.urlOf("lasso")}#lasso/9`);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => said(page)).toContain("Step 8 of 9");
    await page.close();
  });

  test("two traces are stepped together, and the shorter one waits at its end", async () => {
    const { page } = await open(browser, `${site.urlOf("models/two")}#repaired/8`);
    expect(await said(page)).toContain("A guest overtakes a reader: Step 8 of 9");
    expect(await said(page)).toContain("The same, repaired: Step 7 of 7");
    expect(await page.getByText("over after 7 steps").count()).toBe(1);
    await page.close();
  });

  test("of ten thousand steps those in sight are on the page", async () => {
    const { page, complaints } = await open(browser, `${site.urlOf("models/long")}#long/5000`);
    expect(await said(page)).toContain("Step 5000 of 10000");
    const list = page.getByRole("listbox", { name: "Steps" });
    expect(await list.getByRole("option").count()).toBeLessThan(60);
    expect(await page.locator(".message").count()).toBeLessThan(60);
    const current = list.getByRole("option", { selected: true });
    expect(await current.textContent()).toContain("5000");
    await page.keyboard.press("v");
    await expect.poll(() => said(page)).toContain("Step 6000 of 10000");
    await page.keyboard.press("End");
    await expect.poll(() => current.textContent()).toContain("10000");
    const [frame, row] = [await list.boundingBox(), await current.boundingBox()];
    expect(bottomOf(row)).toBeLessThanOrEqual(bottomOf(frame));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("text of a log stays text in all lanes, and what fits nowhere breaks nothing", async () => {
    const { page, complaints } = await open(browser, site.urlOf("hostile"));
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => said(page)).toContain("<img src=x");
    await expect.poll(() => decodeURIComponent(page.url())).toContain(`#${MARKUP}/1`);
    expect(await page.locator("main img, main b, main script").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a trace without steps is shown as such", async () => {
    const { page, complaints } = await open(browser, site.urlOf("empty"));
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press(" ");
    expect(await said(page)).toContain("Step 0 of 0");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
