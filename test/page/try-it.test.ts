/**
 * The search in the page: loaded when asked for, reports on its way, can be stopped, says what
 * went wrong.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { needsTool } from "../tools/needs-tool.ts";
import { launchBrowser, open, screenshot } from "./browser.ts";
import { fixturePages } from "./page-fixtures.ts";
import { type SiteFolder, siteFolder } from "./site-folder.ts";
import { raceTrace } from "./trace-fixtures.ts";

const { describe, test } = needsTool("chromium");

/** A search that counts until it is told to stop, or to the end if `last` states are enough. */
function script(last: number): string {
  return `
    let stopped = false;
    const result = (states, verdict, tone, trace) => ({
      verdict, tone, trace, milliseconds: 1500, notices: ["A notice."],
      progress: { states, transitions: states * 3, depth: 21 },
    });
    window.blockgraphTryIt = { ...window.blockgraphTryIt, fleecing: {
      stop: () => { stopped = true; },
      start: async (report) => {
        stopped = false;
        for (let states = 0; states < ${last} && !stopped; states += 1241) {
          report({ states, transitions: states * 3, depth: 7 });
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return stopped
          ? result(1241, "stopped", "open", null)
          : result(2482, "violated", "bad", ${JSON.stringify(raceTrace("tried"))});
      },
    } };`;
}

describe("a search in the page", () => {
  let browser: Browser;
  let site: SiteFolder;

  beforeAll(async () => {
    site = siteFolder(fixturePages());
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    site.remove();
  });

  test("ends with its counts, and with a player of the counterexample", async () => {
    site.write("try-it.js", script(2482));
    const { page, complaints } = await open(browser, site.urlOf("models/try"));
    await page.getByRole("button", { name: "Check it in this page" }).click();
    await expect.poll(() => page.locator(".outcome").textContent()).toContain("2,482 states");
    expect(await page.locator(".outcome").textContent()).toContain("violated");
    await page.keyboard.press("v");
    await expect.poll(() => page.locator(".square.wrong").count()).toBe(1);
    await screenshot(page, "try-it-ended");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("can be stopped, and started again", async () => {
    site.write("try-it.js", script(Number.MAX_SAFE_INTEGER));
    const { page } = await open(browser, site.urlOf("models/try"));
    await page.getByRole("button", { name: "Check it in this page" }).click();
    const outcome = () => page.locator(".outcome").textContent();
    await expect.poll(outcome).toMatch(/[1-9][\d,]* states/);
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(outcome).toContain("stopped");
    await page.getByRole("button", { name: "Check it in this page" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Stop" }).count()).toBe(1);
    await page.close();
  });

  test("says what is missing when its script is", async () => {
    site.write("try-it.js", "window.blockgraphTryIt = {};");
    const { page } = await open(browser, site.urlOf("models/try"));
    await page.getByRole("button", { name: "Check it in this page" }).click();
    const outcome = () => page.locator(".outcome").textContent();
    await expect.poll(outcome).toContain('has no model "fleecing"');
    await page.close();
  });
});
