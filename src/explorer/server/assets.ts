/**
 * The files of the page: what was built into `dist/page`, by name, and nothing else of the disk.
 */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { packageFile } from "../../package-file.ts";

const FOLDER = packageFile("dist/page/");

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

export interface Asset {
  readonly type: string;
  readonly content: string | Buffer;
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>blockgraph explorer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="explorer.css">
<script defer src="explorer.js"></script>
</head>
<body><div id="explorer">This page needs its script, and a browser that runs it.</div></body>
</html>
`;

/** null: there is no file of that name. */
export function assetAt(path: string): Asset | null {
  if (path === "") return { type: "text/html; charset=utf-8", content: PAGE };
  const type = TYPES[extname(path)];
  // Plain names only: nothing leads out of the folder.
  if (
    type === undefined ||
    !/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(path)
  ) {
    return null;
  }
  try {
    return { type, content: readFileSync(new URL(path, FOLDER)) };
  } catch {
    return null;
  }
}
