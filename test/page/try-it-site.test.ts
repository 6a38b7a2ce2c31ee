/**
 * The search in a page of the real site, opened from a disk: the checker's own script, under the
 * browser's policy for files.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { blockgraph } from "../cli/blockgraph.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { launchBrowser, open, screenshot } from "./browser.ts";

const { describe, test } = needsTool("chromium");

describe("the page of fleece", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "blockgraph-site-"));
    const made = await blockgraph(["report", "--no-run", "--out", "site"], { cwd: folder });
    expect(made.code).toBe(0);
    browser = await launchBrowser();
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("checks it at 2,2,2,2, and says 2,482 states", async () => {
    const page = join(folder, "site", "models", "fleece.html");
    const opened = await open(browser, pathToFileURL(page).href);
    await opened.page.getByRole("button", { name: "Check it in this page" }).click();
    const outcome = opened.page.locator(".outcome");
    await expect.poll(() => outcome.textContent()).toContain("2,482 states, 11,640 transitions");
    expect(await outcome.textContent()).toContain("holds");
    await screenshot(opened.page, "try-it-fleece");
    expect(opened.complaints).toEqual([]);
  });
});
