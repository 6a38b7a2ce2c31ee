/**
 * `blockgraph report`: makes the site of whatever there is, and says what there is not.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { siteReportSchema } from "../../src/report/site/site-report.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

const NAME = "fleecing-cache-waits";

async function made(cwd: string) {
  const { code, stdout } = await blockgraph(["report", "--no-run", "--json"], { cwd });
  expect(code).toBe(0);
  return siteReportSchema.parse(JSON.parse(stdout));
}

function documentOf(file: string) {
  const html = readFileSync(file, "utf8");
  const data = /<script type="application\/json" id="document">(.*?)<\/script>/.exec(html)?.[1];
  return { html, text: JSON.stringify(JSON.parse(data ?? "null")) };
}

test("has a page for every model, and what its receipts say once there are any", async () => {
  const cwd = scratchFolder();
  const first = await made(cwd);
  const site = join(cwd, "reports", "site");
  expect(first).toMatchObject({ out: join("reports", "site"), models: MODELS.size });
  expect(first.unchecked).toEqual([...MODELS.keys()]);
  const { pages } = JSON.parse(readFileSync(join(site, "site.json"), "utf8"));
  expect(pages).toHaveLength(first.pages);
  for (const { path } of pages) expect(existsSync(join(site, `${path}.html`)), path).toBe(true);
  expect(documentOf(join(site, "index.html")).text).toContain("This is the first site");

  await blockgraph(["verify", NAME, "--seeds", "20"], { cwd });
  await blockgraph(["check", NAME], { cwd });
  const second = await made(cwd);
  expect(second.unchecked).not.toContain(NAME);
  expect(second.unverified).toHaveLength(MODELS.size - 1);
  const { text } = documentOf(join(site, "models", `${NAME}.html`));
  expect(text).toContain("in every interleaving within these bounds");
  expect(text).toContain("a simulation of blockgraph verify");
  const overview = documentOf(join(site, "index.html")).text;
  expect(overview).toContain("What has changed since the last run");
  expect(documentOf(join(site, "coverage.html")).text).toContain("fleecing-cache/cluster");
}, 240_000);

test("says the rest where something in the reports folder is damaged", async () => {
  const cwd = scratchFolder();
  const folder = join(cwd, "reports", NAME);
  mkdirSync(folder, { recursive: true });
  for (const file of ["verify.json", "receipt.json", "trace.jsonl", "sample.jsonl"]) {
    writeFileSync(join(folder, file), '{"kind": "receipt", <script>');
  }
  writeFileSync(join(cwd, "summary.json"), "[]");
  writeFileSync(join(cwd, "trace.json"), '{"kind": "check-trace",\n"v": 1,');
  const args = ["report", "--no-run", "--out", ".", "--log", "trace.json"];
  const { code, stdout } = await blockgraph(args, { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+ pages in \., [\d.]+ MiB/);
  expect(existsSync(join(cwd, "models", `${NAME}.html`))).toBe(true);
  expect(documentOf(join(cwd, "logs", "trace.html")).text).toContain("check-trace");
}, 120_000);

test("refuses a log that is not there", async () => {
  const refused = await blockgraph(["report", "--log", "run.jsonl"], { cwd: scratchFolder() });
  expectRefusal(refused, /run\.jsonl cannot be read/);
});

test("refuses a folder that is a file", async () => {
  const cwd = scratchFolder();
  writeFileSync(join(cwd, "site"), "");
  const refused = await blockgraph(["report", "--no-run", "--out", "site"], { cwd });
  expectRefusal(refused, /site cannot be made/);
});
