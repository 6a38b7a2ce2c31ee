/**
 * From the page to a real QEMU: the way to a wrong byte is sent there, and shows the same byte.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { Served } from "../../explorer/server/served.ts";
import { needsTool } from "../../tools/needs-tool.ts";
import { launchBrowser, open, screenshot } from "../browser.ts";

const { describe, test } = needsTool("chromium", "qemu-img", "qemu-system-x86_64");

describe("a way that is sent to QEMU from the page", () => {
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    served = await Served.start();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await served.stop();
  });

  test("shows the same wrong byte (R02)", async () => {
    const url = `${served.server.url}#model=two-backups-move-the-view`;
    const { page, complaints } = await open(browser, url);
    await page.getByRole("button", { name: "Check everything" }).click();
    const broken = page.locator(".property-why").first();
    await expect.poll(() => broken.textContent()).toContain("broken by step");
    await page.getByRole("button", { name: "On QEMU" }).click();
    const deed = () => page.locator(".explorer-deeds li").first().textContent();
    await expect.poll(deed).toMatch(/^✓done Replay on QEMU, state \d+: .*QEMU 7\.2\./);
    expect(await deed()).toContain("same wrong");
    await screenshot(page, "explorer-on-qemu");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
