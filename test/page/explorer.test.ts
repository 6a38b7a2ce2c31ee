/**
 * The explorer in a browser: a model is gone through, a state found by its description, a path
 * promoted; a log is dropped; and who cannot see or has a small screen can do all of it.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { openModelSchema } from "../../src/explorer/server/documents.ts";
import { Served } from "../explorer/server/served.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { axeFindings, launchBrowser, open, screenshot } from "./browser.ts";

const { describe, test } = needsTool("chromium");

describe("the explorer's page", () => {
  let browser: Browser;
  let served: Served;
  let out: string;

  beforeAll(async () => {
    mkdirSync("test/regressions", { recursive: true });
    out = mkdtempSync("test/regressions/page-");
    served = await Served.start(out);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await served.stop();
    rmSync(out, { recursive: true, force: true });
  });

  async function explore(model: string, mutant: string | null = null, width = 1440) {
    await served.server.openModel(openModelSchema.parse({ model, mutant }));
    const opened = await open(browser, served.server.url, { width });
    await expect.poll(() => steps(opened.page).count()).toBeGreaterThan(0);
    return opened;
  }

  const steps = (page: Page) => page.locator(".explorer-steps button");
  const here = (page: Page) => page.locator(".explorer-here").textContent();
  const current = (page: Page) => page.locator(".explorer-tree [aria-current]").textContent();

  test("goes through a model, back, and another way", async () => {
    const { page, complaints } = await explore("fleece");
    await steps(page).first().click();
    await expect.poll(() => here(page)).toContain("After step 1: guest 0 choosing cluster 0");
    await page.getByRole("button", { name: "Back", exact: true }).click();
    await expect.poll(() => here(page)).toContain("The beginning.");
    await steps(page).nth(1).click();
    await expect.poll(() => current(page)).toContain("guest 0 choosing cluster 1");
    expect(await page.locator(".explorer-tree li").count()).toBe(3);
    await expect.poll(() => page.locator(".player .now-text").textContent()).toContain("cluster 1");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("finds a state by its description", async () => {
    const { page, complaints } = await explore("fleece");
    await page.getByLabel("A state in which").fill("cluster 1 copyed");
    const said = () => page.locator(".explorer-understood").textContent();
    await expect.poll(said).toContain("cluster is never 'copyed'");
    await page.getByLabel("A state in which").fill("cluster 1 copied and reader 0 frozen");
    await expect.poll(said).toContain("Understood as");
    await page.getByRole("button", { name: "Find the shortest way" }).click();
    await expect.poll(() => here(page)).toContain("After step 4");
    expect(await page.locator(".explorer-facts").first().textContent()).toContain("cluster[1]");
    await screenshot(page, "explorer-found");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("checks a mutant, shows what breaks, and promotes it", async () => {
    const { page, complaints } = await explore("fleece", "guest-does-not-drain");
    await page.getByRole("button", { name: "Check everything" }).click();
    await expect.poll(() => here(page)).toContain("After step 7");
    expect(await page.locator(".property-why").first().textContent()).toContain("broken by step 7");
    await page.getByLabel("Name of a test").fill("from-the-page");
    await page.getByRole("button", { name: "Promote" }).click();
    const deed = () => page.locator(".explorer-deeds li").first().textContent();
    await expect.poll(deed).toContain("is written");
    expect(existsSync(join(out, "from-the-page.test.ts"))).toBe(true);
    await page.getByRole("button", { name: "On real files" }).click();
    await expect.poll(deed).toContain("identical");
    await screenshot(page, "explorer-violated");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("opens a model with other bounds, and a log of it", async () => {
    const { page, complaints } = await explore("break-snapshot-race");
    await page.locator("summary").first().click();
    await page.getByLabel("Model").selectOption("fleece");
    await page.getByRole("spinbutton", { name: "clusters" }).fill("1");
    await page.getByRole("button", { name: "Explore it" }).click();
    await expect.poll(() => page.locator(".lead").textContent()).toContain("1 cluster, ");
    const log = Buffer.from('{"v":9}\n<b>no markup</b>\n');
    const file = { name: "<i>odd</i>.jsonl", mimeType: "application/json", buffer: log };
    await page.locator("input[type=file]").setInputFiles(file);
    await expect.poll(() => page.locator("h1").textContent()).toBe("<i>odd</i>.jsonl");
    await expect.poll(() => page.locator(".player").textContent()).toContain("<b>no markup</b>");
    expect(await page.locator("main b, main i").count()).toBe(0);
    expect(complaints.filter((each) => !each.includes("422"))).toEqual([]);
    await page.close();
  });

  test("is usable by everybody, on a small screen as well", async () => {
    await served.server.openModel(openModelSchema.parse({ model: "fleecing" }));
    for (const { width, dark } of [
      { width: 1440, dark: false },
      { width: 400, dark: true },
    ]) {
      const options = { width, dark, bypassCSP: true };
      const { page } = await open(browser, served.server.url, options);
      await expect.poll(() => page.locator(".player").count()).toBe(1);
      expect(await axeFindings(page)).toEqual([]);
      const overflow =
        "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      expect(await page.evaluate(overflow)).toBe(0);
      await screenshot(page, `explorer-${width}`);
      await page.close();
    }
  });
});
