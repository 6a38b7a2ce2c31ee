/**
 * `blockgraph models`: receipts count as long as the model is as it was.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXACT_COUNTS } from "../check/exact-counts.ts";
import { blockgraph, scratchFolder } from "./blockgraph.ts";

const NAME = "fleecing-cache-waits";
const STATES = EXACT_COUNTS[NAME]?.plain?.[0];

async function listed(cwd: string) {
  const { code, stdout } = await blockgraph(["models", NAME, "--json"], { cwd });
  expect(code).toBe(0);
  return JSON.parse(stdout).models[0];
}

test("tells what verify and check found of the model as it is, in its own bounds", async () => {
  const cwd = scratchFolder();
  expect(await listed(cwd)).toMatchObject({
    ...{ name: NAME, expected: "holds", verified: null, asExpected: null },
    ...{ caught: null, mutants: 2, checked: null },
  });
  await blockgraph(["verify", NAME, "--seeds", "20"], { cwd });
  await blockgraph(["check", NAME, "--set", "requests=1"], { cwd });
  expect(await listed(cwd)).toMatchObject({
    ...{ verified: "holds", asExpected: true, caught: 2, checked: null },
  });
  await blockgraph(["check", NAME], { cwd });
  expect(await listed(cwd)).toMatchObject({ checked: { verdict: "holds", states: STATES } });
  const path = join(cwd, "reports", NAME, "verify.json");
  const receipt = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...receipt, digest: "0000000000000000" }));
  expect(await listed(cwd)).toMatchObject({ verified: null, checked: { states: STATES } });
  writeFileSync(path, "{");
  expect(await listed(cwd)).toMatchObject({ verified: null });
}, 120_000);

test("is a table for people, which says how to fill what is empty", async () => {
  const cwd = scratchFolder();
  const { stdout } = await blockgraph(["models", "fleecing", NAME], { cwd });
  const [head, one, other, rest] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^model +says +verified +mutants +states +search +what it is about$/);
  expect(one).toMatch(/^fleecing +holds +- +-\/\d+ +- +- +Image fleecing/);
  expect(other).toMatch(new RegExp(`^${NAME} +holds +- +-/2 +- +- +A cache`));
  expect(rest).toBe("2 not verified or checked as they are now: blockgraph verify, check");
});

test("is found by what the thread calls it as well, once", async () => {
  const names = ["cbw-view", "image-fleecing", "backup-sync-none"];
  const { stdout } = await blockgraph(["models", ...names, "--json"], { cwd: scratchFolder() });
  const { models } = JSON.parse(stdout);
  expect(models.map((model: { name: string }) => model.name)).toEqual([
    ...["image-fleecing", "insertion-keeps-link"],
  ]);
});
