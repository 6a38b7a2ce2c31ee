/**
 * A page as a file: a shell without any content of its own, and the page's document as data that
 * the page's script draws.
 *
 * No string of a document becomes markup: data stands in a script element that is not executed, in
 * which no `<` is left, and the few words of the shell are escaped. The policy of the page lets
 * nothing run or load but its own two files.
 */
import type { PageDocument, SiteDocument } from "./page-document.ts";

const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:"],
  ...["font-src 'self'", "base-uri 'none'", "form-action 'none'"],
].join("; ");

/** What every page knows of all others; pages of single mutants are left to their models. */
export interface SiteIndex {
  readonly title: string;
  readonly navigation: SiteDocument["navigation"];
  readonly pages: readonly Pick<PageDocument, "path" | "title" | "summary">[];
}

/** The HTML of a page. It works from a web server of any path, and from a disk. */
export function pageFile(page: PageDocument, site: SiteIndex): string {
  const root = "../".repeat(page.path.split("/").length - 1);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${escaped(page.summary)}">
<title>${escaped(page.title)} - ${escaped(site.title)}</title>
<link rel="stylesheet" href="${root}app.css">
</head>
<body>
<div id="page"></div>
<noscript>This page is drawn by a script, which is off.</noscript>
<script type="application/json" id="site">${data(site)}</script>
<script type="application/json" id="document">${data(page)}</script>
<script src="${root}app.js"></script>
</body>
</html>
`;
}

/** The index of a site, as it stands on every page. */
export function siteIndex(
  title: string,
  navigation: SiteDocument["navigation"],
  pages: readonly PageDocument[],
): SiteIndex {
  const listed = pages.filter(({ path }) => path.split("/").length <= LISTED_DEPTH);
  return {
    title,
    navigation,
    pages: listed.map(({ path, title, summary }) => ({ path, title, summary })),
  };
}

/** Parts of the path of a page that is listed: those below are found from there. */
const LISTED_DEPTH = 2;

/** JSON in which nothing ends the element that it stands in. */
function data(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" },
  };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? "");
}
