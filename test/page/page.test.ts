/**
 * The browser side of the site in a real browser, from the disk, under the policy that pages have.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { needsTool } from "../tools/needs-tool.ts";
import { axeFindings, launchBrowser, open, screenshot } from "./browser.ts";
import { fixturePages, MARKUP } from "./page-fixtures.ts";
import { BUILT, type SiteFolder, siteFolder } from "./site-folder.ts";

const { describe, test } = needsTool("chromium");

describe("pages in a browser", () => {
  const pages = fixturePages();
  let browser: Browser;
  let site: SiteFolder;

  beforeAll(async () => {
    site = siteFolder(pages);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    site.remove();
  });

  for (const { path, title } of pages) {
    const name = path.replaceAll("/", "-");

    test(`${path} loads without a complaint, and fits where there is little room`, async () => {
      const { page, complaints } = await open(browser, site.urlOf(path), { width: 400 });
      expect(await page.textContent("h1")).toBe(title);
      expect(await page.title()).toContain(title);
      expect(complaints).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
      await screenshot(page, `${name}-narrow`);
      await page.close();
    });

    test(`${path} is accessible in light and in dark`, async () => {
      for (const dark of [false, true]) {
        const options = { dark, bypassCSP: true };
        const { page, complaints } = await open(browser, site.urlOf(path), options);
        await page.evaluate(
          "for (const part of document.querySelectorAll('details')) part.open = 1",
        );
        expect(await axeFindings(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await screenshot(page, `${name}-${dark ? "dark" : "light"}`);
        await page.close();
      }
    });
  }

  test("text stays text, whatever it says", async () => {
    const { page, complaints } = await open(browser, site.urlOf("text"));
    expect(await page.getByText(MARKUP).count()).toBeGreaterThan(4);
    expect(await page.locator("main img, main b").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the navigation says where the page belongs, and links work from every depth", async () => {
    const { page } = await open(browser, site.urlOf("models/fleecing"));
    expect(await page.locator(".banner nav a.here").allTextContents()).toEqual(["Overview"]);
    await page.locator(".trail a").click();
    expect(await page.textContent("h1")).toBe("Overview");
    await page.getByRole("link", { name: "fleecing" }).click();
    expect(await page.textContent("h1")).toContain("Image fleecing");
    await page.close();
  });

  test("an anchor of the address is scrolled to, though the page is drawn later", async () => {
    const { page } = await open(browser, `${site.urlOf("text")}#more`, { height: 400 });
    await expect.poll(() => page.evaluate("scrollY")).toBeGreaterThan(500);
    await page.close();
  });

  test("a table is sorted and filtered with the keyboard alone", async () => {
    const { page } = await open(browser, site.urlOf("index"));
    const table = page.locator("table").first();
    const first = () => table.locator("tbody tr td").first().textContent();
    const states = table.getByRole("columnheader", { name: "States" });
    await states.getByRole("button").focus();
    await page.keyboard.press("Enter");
    expect(await states.getAttribute("aria-sort")).toBe("ascending");
    await page.keyboard.press("Enter");
    expect(await states.getAttribute("aria-sort")).toBe("descending");
    expect(await first()).toBe("cow");
    await page.getByLabel("Filter").first().focus();
    await page.keyboard.type("VIOLATED race");
    expect(await table.locator("tbody tr").count()).toBe(1);
    expect(await first()).toBe("rfc-hook-race");
    expect(await page.getByText("1 of 7 rows").count()).toBe(1);
    await page.close();
  });

  test("what a picture knows of an edge is shown to pointer and keyboard alike", async () => {
    const { page } = await open(browser, site.urlOf("models/picture"));
    const hint = page.locator(".hint");
    const edge = page.getByRole("img", { name: /^guest to hook: root/ });
    await edge.focus();
    expect(await hint.textContent()).toContain("root: write, resize");
    await screenshot(page, "models-picture-hint");
    await page.keyboard.press("Escape");
    expect(await hint.count()).toBe(0);
    await page.getByRole("img", { name: /^guest\. virtio/ }).hover();
    expect(await hint.textContent()).toContain("virtio-blk-pci");
    const width = async () => (await page.locator("main svg").boundingBox())?.width ?? 0;
    const before = await width();
    await page.getByRole("button", { name: "Larger" }).click();
    expect(await width()).toBeGreaterThan(before);
    await page.close();
  });

  test("light and dark are the reader's choice, and kept", async () => {
    const { page } = await open(browser, site.urlOf("text"));
    const paper = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const light = await paper();
    await page.getByLabel("dark").check();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
    await page.emulateMedia({ media: "print" });
    expect(await paper()).toBe(light);
    expect(await page.locator(".banner").isVisible()).toBe(false);
    await page.close();
  });

  test("code is copied, and the reader is told", async () => {
    const { page } = await open(browser, site.urlOf("text"));
    await page.getByRole("button", { name: "Copy" }).first().click();
    await expect.poll(() => page.getByRole("status").first().textContent()).toBe("Copied");
    await page.close();
  });

  test("a page whose file is damaged says so", async () => {
    const damaged = siteFolder(pages);
    const url = damaged.urlOf("text");
    const file = new URL(url);
    writeFileSync(file, readFileSync(file, "utf8").replace('{"path"', '{"path'));
    const { page } = await open(browser, url);
    expect(await page.textContent("h1")).toBe("This page cannot be shown");
    await page.close();
    damaged.remove();
  });
});

describe("what every page loads", () => {
  test("is under 400 KB, compressed", () => {
    expect(gzipSync(readFileSync(join(BUILT, "app.js"))).length).toBeLessThan(400_000);
  });

  test("is one script that needs nobody", () => {
    const script = readFileSync(join(BUILT, "app.js"), "utf8");
    expect(script).not.toMatch(/\bimport\s*\(|\bfetch\s*\(|\beval\s*\(|new Function\b/);
    expect(readFileSync(join(BUILT, "app.css"), "utf8")).not.toMatch(/url\(|@import/);
  });
});
