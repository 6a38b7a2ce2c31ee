/**
 * The pages of the site in a browser: how soon there is something to see, and what a step of the
 * player costs at 10,000 steps with two maps of 1,024 clusters.
 *
 * First paint is by the clock, of a browser that was just started, from the disk. A step is counted
 * in processor time of the page's main thread, so that it says the same where other work goes on:
 * `ours` is script, style and layout; `all` is with painting, which a machine without a graphics
 * card does by itself.
 *
 *     npm run build && node dist/bench/page.js     # needs Debian's chromium
 */
import type { Page } from "playwright-core";
import { launchBrowser, open } from "../test/page/browser.ts";
import { fixturePages } from "../test/page/page-fixtures.ts";
import { siteFolder } from "../test/page/site-folder.ts";
import { median } from "./statistics.ts";

const ROUNDS = 5;
const STEPS = 200;
const PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime";

/** A step with each frame, by the key that a reader presses. */
const STEPPING = `(async () => {
  for (let step = 0; step < ${STEPS}; step++) {
    const key = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true });
    document.body.dispatchEvent(key);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
})()`;

interface StepCost {
  readonly ours: number;
  readonly all: number;
}

/** Milliseconds of processor time a step, from a position on. */
async function stepCost(page: Page, position: number): Promise<StepCost> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async (...names: string[]): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    const counted = metrics.filter(({ name }) => names.includes(name));
    return counted.reduce((sum, { value }) => sum + (value * 1000) / STEPS, 0);
  };
  const parts = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"];
  await page.evaluate(`location.hash = "#long/${position}"`);
  await page.waitForTimeout(500);
  const [ours, all] = [await spent(...parts), await spent("TaskDuration")];
  await page.evaluate(STEPPING);
  return { ours: (await spent(...parts)) - ours, all: (await spent("TaskDuration")) - all };
}

const site = siteFolder(fixturePages());
try {
  const paints = new Map<string, number[]>();
  const costs: StepCost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const browser = await launchBrowser();
    for (const path of ["models/fleecing", "models/long"]) {
      const { page } = await open(browser, site.urlOf(path));
      await page.waitForTimeout(200);
      paints.set(path, [...(paints.get(path) ?? []), Number(await page.evaluate(PAINT))]);
      if (path === "models/long") costs.push(await stepCost(page, round * 2400));
      await page.close();
    }
    await browser.close();
  }
  for (const [path, times] of paints) {
    console.log(`${path.padEnd(16)} first paint ${median(times).toFixed(0)} ms`);
  }
  const [ours, all] = [
    median(costs.map((cost) => cost.ours)),
    median(costs.map((cost) => cost.all)),
  ];
  console.log(`a step: ours ${ours.toFixed(1)} ms, all ${all.toFixed(1)} ms`);
} finally {
  site.remove();
}
