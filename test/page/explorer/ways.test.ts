/**
 * Ways through a model in the explorer's page: they stand in its address, go back and forward with
 * the browser, survive other bounds, have names, and all of it can be done by keys.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { Served } from "../../explorer/server/served.ts";
import { needsTool } from "../../tools/needs-tool.ts";
import { axeFindings, launchBrowser, open, screenshot } from "../browser.ts";

const { describe, test } = needsTool("chromium");
const { test: withQemu } = needsTool("chromium", "qemu-img", "qemu-system-x86_64");

describe("ways through a model", () => {
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

  async function explore(fragment: string, options = {}) {
    const opened = await open(browser, `${served.server.url}${fragment}`, options);
    await expect.poll(() => steps(opened.page).count()).toBeGreaterThan(0);
    return opened;
  }

  const steps = (page: Page) => page.locator(".explorer-steps button");
  const here = (page: Page) => page.locator(".explorer-here").textContent();
  const fragment = (page: Page) => new URL(page.url()).hash;
  const trailLength = (page: Page) =>
    (new URLSearchParams(fragment(page).slice(1)).get("trail") ?? "").split("-").length;
  const field = (page: Page) => page.getByRole("combobox", { name: "A state in which" });
  const depth = async (page: Page) => Number(/step (\d+)/.exec((await here(page)) ?? "")?.[1] ?? 0);

  /** Takes steps by their places in the list, one after the other. */
  async function take(page: Page, ...places: readonly number[]): Promise<void> {
    for (const place of places) {
      const before = await depth(page);
      await steps(page).nth(place).click();
      await expect.poll(() => depth(page)).toBe(before + 1);
      await expect.poll(() => trailLength(page)).toBe(before + 1);
    }
  }

  test("stand in the address: a link shows the state, and one goes back and forward", async () => {
    const { page, complaints } = await explore("#model=fleece&clusters=3");
    await take(page, 4, 0, 1);
    const [link, text] = [page.url(), await here(page)];
    expect(link).not.toContain(served.server.url.replace(/^.*\/(.+)\/$/, "trail=$1"));
    const other = await explore(new URL(link).hash);
    await expect.poll(() => here(other.page)).toBe(text);
    expect(await other.page.locator(".lead").textContent()).toContain("3 clusters");
    await other.page.close();
    await page.goBack();
    await page.goBack();
    await expect.poll(() => depth(page)).toBe(1);
    await page.goForward();
    await expect.poll(() => depth(page)).toBe(2);
    await page.getByRole("button", { name: "Step back" }).click();
    await page.reload();
    await expect.poll(() => depth(page)).toBe(2);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("are kept where bounds change, as far as they are possible then", async () => {
    const { page } = await explore("#model=fleece");
    await take(page, 0, 0);
    await steps(page).filter({ hasText: "guest 1 choosing cluster 1" }).click();
    await expect.poll(() => trailLength(page)).toBe(3);
    const bound = (name: string) => page.getByRole("spinbutton", { name, exact: true });
    await page.locator(".explorer > details > summary").click();
    await bound("clusters").fill("3");
    await page.getByRole("button", { name: "Explore it so" }).click();
    await expect.poll(() => page.locator(".lead").textContent()).toContain("3 clusters");
    await expect.poll(() => depth(page)).toBe(3);
    await bound("clusters").fill("1");
    await page.getByRole("button", { name: "Explore it so" }).click();
    const said = () => page.locator(".explorer-message").textContent();
    await expect.poll(said).toMatch(/^Step 3 \(guest 1 .* cannot be taken here; .* after step 2/);
    expect(await depth(page)).toBe(2);
    await page.goBack();
    await expect.poll(() => page.locator(".lead").textContent()).toContain("3 clusters");
    await expect.poll(() => depth(page)).toBe(3);
    await page.close();
  });

  test("a link to what cannot be opened, or to no state, says so", async () => {
    const nothing = await open(browser, `${served.server.url}#model=nothing`);
    const said = (page: Page) => page.locator(".explorer-message").textContent();
    await expect.poll(() => said(nothing.page)).toContain("no model 'nothing'");
    const log = await open(browser, `${served.server.url}#open=99`);
    await expect.poll(() => said(log.page)).toContain("not open any more");
    const { page } = await explore("#model=fleece&trail=00000000");
    await expect
      .poll(() => said(page))
      .toBe("Step 1 cannot be taken here; this is the beginning, as far as the way could be kept.");
    await Promise.all([nothing.page, log.page, page].map((each) => each.close()));
  });

  test("are searched on from here, with what the field offers, by keys alone", async () => {
    const { page, complaints } = await explore("#model=fleece");
    await take(page, 5);
    await field(page).focus();
    await page.keyboard.type("clu");
    const options = page.getByRole("listbox", { name: "How it" }).getByRole("option");
    await expect.poll(() => options.allTextContents()).toEqual(["cluster[0]", "cluster[1]"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const active = () => field(page).getAttribute("aria-activedescendant");
    await expect
      .poll(async () => page.locator(`[id="${await active()}"]`).allTextContents())
      .toEqual(["cluster[1]"]);
    await page.keyboard.press("Enter");
    await expect.poll(() => field(page).inputValue()).toBe("cluster[1] ");
    await page.keyboard.type("copied");
    await expect.poll(async () => (await options.allTextContents())[0]).toContain("copied");
    await page.keyboard.press("Escape");
    await expect.poll(() => options.count()).toBe(0);
    await page.keyboard.press("Enter");
    await expect.poll(() => depth(page)).toBe(4);
    const found = () => page.locator("section[aria-label=Searches] li").first().textContent();
    await expect.poll(found).toMatch(/found 3 steps from state \d+, after step 1/);
    await field(page).fill("every guest idle");
    const problem = () => page.locator(".explorer-understood").textContent();
    await expect.poll(problem).toMatch(/at character 13, guest is never 'idle'/);
    await field(page).fill("exactly 2 clusters fresh and exactly 2 clusters copied");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect.poll(found).toMatch(/nowhere.* from state \d+, after step 4 .*: all \d+/);
    expect(await depth(page)).toBe(4);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("have branches with names, which are gone through and deleted by keys", async () => {
    const { page, complaints } = await explore("#model=fleece&guests=1");
    await take(page, 0, 0);
    await page.getByLabel("Name of state").fill("granted");
    await page.keyboard.press("Enter");
    const rows = page.locator(".explorer-tree button");
    await expect.poll(() => rows.nth(2).textContent()).toContain("granted:");
    await page.getByRole("button", { name: "Back", exact: true }).click();
    await expect.poll(() => depth(page)).toBe(1);
    await take(page, 1);
    await expect.poll(() => rows.count()).toBe(4);
    await page.locator(".explorer-tree [aria-current]").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => depth(page)).toBe(1);
    await page.keyboard.press("End");
    await page.keyboard.press("Delete");
    await expect.poll(() => rows.count()).toBe(3);
    expect(await depth(page)).toBe(1);
    await page.locator(".explorer-tree [aria-current]").focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => here(page)).toContain("The beginning.");
    expect(await rows.count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("say how what is done with them went, in the words of the page", async () => {
    const { page } = await explore("#model=fleece");
    await take(page, 0);
    const deed = () => page.locator(".explorer-deeds li").first().textContent();
    const loaded = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    expect((await loaded).suggestedFilename()).toBe("path.json");
    await expect.poll(deed).toMatch(/^✓done Download, state 1: path.json, \d+ bytes/);
    await page.getByRole("button", { name: "Promote" }).click();
    await expect.poll(deed).toMatch(/^✕failed Promote to a test, state 1: this path/);
    expect(await deed()).not.toMatch(/--|path-|tmp/);
    await page.getByRole("button", { name: "On QEMU" }).click();
    await expect.poll(deed).toMatch(/failed Replay on QEMU, state 1: a sketch has no graph/);
    await page.getByRole("button", { name: "Replay in the simulator" }).click();
    await expect.poll(deed).toMatch(/done Replay in the simulator.*identical/);
    await page.close();
  });

  test("a search says how far it is, and is stopped", async () => {
    const { page } = await explore("#model=fleecing");
    await page.getByRole("button", { name: "Check everything" }).click();
    const news = () => page.locator("section[aria-label=Searches] li").first().textContent();
    await expect.poll(news).toMatch(/searching [1-9][\d,]* states/);
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(news).toMatch(/stopped/);
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    await page.close();
  });

  test("a workload is edited, and is in the link", async () => {
    const { page } = await explore("#model=break-snapshot-race");
    await page.locator(".explorer > details > summary").click();
    await page.locator(".explorer-workload > summary").click();
    const reader = page.getByRole("group", { name: "reader" });
    await reader.getByRole("checkbox", { name: "chooses its requests" }).uncheck();
    await reader.getByRole("button", { name: "Add a request of reader" }).click();
    await reader
      .getByRole("combobox", { name: "request 2 of reader" })
      .selectOption("block-status");
    await page.getByRole("spinbutton", { name: "ENOSPC" }).fill("0");
    await page.getByRole("button", { name: "Explore it so" }).click();
    await expect.poll(() => fragment(page)).toMatch(/workload=.*faults=0/);
    await expect.poll(() => page.locator(".lead").textContent()).toContain("2 scripted requests");
    const again = await explore(fragment(page));
    expect(await again.page.locator(".lead").textContent()).toContain("2 scripted requests");
    await Promise.all([page, again.page].map((each) => each.close()));
  });

  test("are usable by everybody with everything open, on a small screen as well", async () => {
    for (const { width, dark } of [
      { width: 1440, dark: true },
      { width: 400, dark: false },
    ]) {
      const { page } = await explore("#model=break-snapshot-race", {
        ...{ width, dark, bypassCSP: true },
      });
      await take(page, 0, 1);
      await page.evaluate(
        "document.querySelectorAll('details').forEach((each) => (each.open = true))",
      );
      await field(page).fill("hook cl");
      await expect
        .poll(() => page.locator(".explorer-options [role=option]").count())
        .toBeGreaterThan(1);
      await page.keyboard.press("ArrowDown");
      expect(await axeFindings(page)).toEqual([]);
      const overflow =
        "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      expect(await page.evaluate(overflow)).toBe(0);
      await screenshot(page, `explorer-open-${width}`);
      await page.close();
    }
  });

  withQemu("are sent to QEMU, which shows the same wrong byte (R02)", async () => {
    const { page, complaints } = await explore("#model=two-backups-move-the-view");
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
