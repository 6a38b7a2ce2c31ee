/**
 * Writes the files of the site.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileAction } from "../../log/file-problem.ts";
import { packageFile } from "../../package-file.ts";
import type { PageDocument, SiteDocument } from "../../report/site/page-document.ts";
import { pageFile, siteIndex } from "../../report/site/page-file.ts";

/** Where the build leaves the script and the style of pages. */
const BUILT = packageFile("dist/page/");
/** Without these pages stay empty; whatever lies beside them is copied as well. */
const NEEDED = ["app.js", "app.css"];

/** What was written. Sizes are bytes. */
export interface Written {
  readonly bytes: number;
  readonly largest: { readonly path: string; readonly bytes: number };
  readonly assets: "copied" | "missing";
}

/**
 * Writes every page, `site.json`, and what pages need.
 * @throws BlockgraphError `bad-argument` if a file cannot be written
 */
export function writeSite(out: string, { title, navigation, pages }: SiteDocument): Written {
  const index = siteIndex(title, navigation, pages);
  let bytes = 0;
  let largest = { path: "", bytes: 0 };
  for (const page of pages) {
    const size = writePage(out, page, index);
    bytes += size;
    if (size > largest.bytes) largest = { path: page.path, bytes: size };
  }
  const all = pages.map(({ path, title, summary }) => ({ path, title, summary }));
  bytes += write(join(out, "site.json"), `${JSON.stringify({ ...index, pages: all }, null, 2)}\n`);
  return { bytes, largest, assets: copyAssets(out) };
}

function writePage(out: string, page: PageDocument, index: Parameters<typeof pageFile>[1]): number {
  return write(join(out, `${page.path}.html`), pageFile(page, index));
}

/** Writes a file, and the folders that it is in. @returns its bytes */
export function write(path: string, text: string): number {
  fileAction(path, "cannot be written", () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
  return Buffer.byteLength(text);
}

function copyAssets(out: string): Written["assets"] {
  const folder = fileURLToPath(BUILT);
  if (!NEEDED.every((name) => existsSync(join(folder, name)))) return "missing";
  fileAction(out, "cannot be written", () => cpSync(folder, out, { recursive: true }));
  return "copied";
}
