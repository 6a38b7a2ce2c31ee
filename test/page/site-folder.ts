/**
 * A folder of pages as `blockgraph report` makes them, for tests that open them in a browser: the
 * built script and style sheet, and pages under the same strict policy.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packageFile } from "../../src/package-file.ts";
import type { PageDocument, SiteFrame } from "../../src/report/site/page-document.ts";

/** Where a build leaves what every page loads. */
export const BUILT = fileURLToPath(packageFile("dist/page"));

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'";

/** JSON that ends no script element, whatever it says. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function html(page: PageDocument, site: SiteFrame): string {
  const up = "../".repeat(page.path.split("/").length - 1);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>blockgraph</title>
<link rel="stylesheet" href="${up}app.css">
</head>
<body>
<div id="page"></div>
<script type="application/json" id="document">${embedded(page)}</script>
<script type="application/json" id="site">${embedded(site)}</script>
<script src="${up}app.js"></script>
</body>
</html>
`;
}

export interface SiteFolder {
  /** the address of a page of it: `models/fleecing` */
  readonly urlOf: (path: string) => string;
  readonly write: (file: string, text: string) => void;
  readonly remove: () => void;
}

/** Writes pages, script and style sheet to a new folder. */
export function siteFolder(pages: readonly PageDocument[]): SiteFolder {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-site-"));
  const navigation = [
    { title: "Overview", path: "index" },
    { title: "Models", path: "models/index" },
    { title: "Designs", path: "designs" },
    { title: "Conformance", path: "conformance" },
    { title: "Reference", path: "reference/index" },
  ];
  for (const file of ["app.js", "app.css"]) copyFileSync(join(BUILT, file), join(folder, file));
  for (const page of pages) {
    const file = join(folder, `${page.path}.html`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, html(page, { title: "blockgraph", navigation }));
  }
  return {
    urlOf: (path) => pathToFileURL(join(folder, `${path}.html`)).href,
    write: (file, text) => writeFileSync(join(folder, file), text),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
