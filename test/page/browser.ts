/**
 * Debian's Chromium for tests, and what all of them do with a page: collect its complaints, have
 * axe-core look at it, take its picture.
 */
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = require.resolve("axe-core/axe.min.js");
const SCREENS = fileURLToPath(new URL("../../reports/screens", import.meta.url));

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

export interface Opened {
  readonly page: Page;
  /** what the console said that is no mere information, and what was thrown */
  readonly complaints: readonly string[];
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** whether scripts from outside the page's policy may run: axe-core is one */
  readonly bypassCSP?: boolean;
}

/** Opens a page in a window of its own. */
export async function open(
  browser: Browser,
  url: string,
  { width = 1440, height = 900, dark = false, bypassCSP = false }: OpenOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    bypassCSP,
  });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

/** What axe-core finds wrong with a page, a line for each place. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const found: unknown = await page.evaluate(
    "axe.run({ preload: false }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>" +
      " nodes.map(({ target, failureSummary }) => [id, target, failureSummary].join(' '))))",
  );
  return Array.isArray(found) ? found.map(String) : [String(found)];
}

/** Leaves a picture of the whole page in reports/screens. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: `${SCREENS}/${name}.png`, fullPage: true });
}
