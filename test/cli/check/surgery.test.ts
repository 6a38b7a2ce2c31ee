/**
 * A check of graph surgery that ends early: undecided, with what was covered. Its table of graphs
 * is nearly all its work, and with eight commands it would take for ever.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CheckReceipt, checkReceiptSchema } from "../../../src/report/check/receipt.ts";
import { blockgraph, expectRefusal, interrupted, scratchFolder } from "../blockgraph.ts";

const ENDLESS = ["check", "graph-surgery", "--set", "depth=8"];

function receiptIn(cwd: string, model = "graph-surgery"): CheckReceipt {
  const path = join(cwd, "reports", model, "receipt.json");
  return checkReceiptSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** It says how much it has seen, and of nothing that it holds. */
function expectPart(receipt: CheckReceipt, stopped: CheckReceipt["stopped"]): void {
  expect(receipt).toMatchObject({ verdict: "undecided", complete: false, stopped });
  expect(receipt.parameters).toEqual({ depth: 8, graphs: expect.any(Number) });
  expect(receipt.bounds).toMatch(
    /^up to 8 commands, 5 new nodes at once; [\d,]+ commands? answered in the first [\d,]+ graphs?/,
  );
  for (const { outcome } of receipt.properties) expect(outcome).toBe("undecided");
}

test("--timeout ends the table of graphs, and says what was covered", async () => {
  const cwd = scratchFolder();
  const { code, stdout } = await blockgraph([...ENDLESS, "--timeout", "1"], { cwd });
  expect(code).toBe(3);
  const receipt = receiptIn(cwd);
  expectPart(receipt, "timeout");
  expect(receipt.states).toBeGreaterThan(receipt.parameters.graphs ?? Infinity);
  expect(stdout).toMatch(
    /answered .*: --timeout was reached; .*; every run of up to \d steps? was taken; [\d,]+ st/,
  );
});

test("--max-states ends it soon after so many graphs", async () => {
  const cwd = scratchFolder();
  const { code } = await blockgraph([...ENDLESS, "--max-states", "200"], { cwd });
  expect(code).toBe(3);
  const receipt = receiptIn(cwd);
  expectPart(receipt, "max-states");
  expect(receipt.states).toBeGreaterThanOrEqual(200);
  expect(receipt.states).toBeLessThan(400);
});

test("--max-depth ends it after so many commands", async () => {
  const cwd = scratchFolder();
  const { code } = await blockgraph([...ENDLESS, "--max-depth", "3"], { cwd });
  expect(code).toBe(3);
  expectPart(receiptIn(cwd), "max-depth");
  expect(receiptIn(cwd)).toMatchObject({ states: 85, depth: 3, parameters: { graphs: 10 } });
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it, with a valid receipt", async (signal) => {
  const cwd = scratchFolder();
  const args = [...ENDLESS, "--json", "--json-progress"];
  const { code, stdout, stderr } = await interrupted(args, signal, { cwd });
  expect(code).toBe(3);
  const tasks = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).task);
  expect(new Set(tasks)).toEqual(new Set(["graphs", "search"]));
  const receipt = checkReceiptSchema.parse(JSON.parse(stdout));
  expectPart(receipt, "interrupted");
  expect(receipt).toEqual(receiptIn(cwd));
});

describe("what was found before", () => {
  const model = "surgery-while-fleecing-in-qemu";
  const args = ["check", model, "--set", "depth=2"];

  test("is violated, with a log that replays and a trace that can be kept", async () => {
    const cwd = scratchFolder();
    const { code } = await blockgraph([...args, "--max-states", "50"], { cwd });
    expect(code).toBe(1);
    expect(receiptIn(cwd, model)).toMatchObject({ verdict: "violated", complete: false });
    const [log, trace] = [`reports/${model}/trace.jsonl`, `reports/${model}/trace.json`];
    expect((await blockgraph(["replay", log, "--on", "sim"], { cwd })).code).toBe(0);
    expectRefusal(
      await blockgraph(["replay", trace, "--on", "sim"], { cwd }),
      /which has a graph; name the log beside it, reports\/.*\/trace.jsonl/,
    );
    mkdirSync(join(cwd, "test/support"), { recursive: true });
    writeFileSync(join(cwd, "test/support/regression.ts"), "");
    expect(await blockgraph(["promote", trace], { cwd })).toMatchObject({ code: 0, stderr: "" });
  });

  test("is found again in as many graphs", async () => {
    const cwd = scratchFolder();
    await blockgraph([...args, "--max-states", "50"], { cwd });
    const { digest, parameters, findings } = receiptIn(cwd, model);
    expect(parameters).toEqual({ depth: 2, graphs: expect.any(Number) });
    await blockgraph([...args, "--set", `graphs=${parameters.graphs}`], { cwd });
    expect(receiptIn(cwd, model)).toMatchObject({ digest, parameters, findings });
  });
});

test("a checkpoint of the whole is not touched by a part", async () => {
  const cwd = scratchFolder();
  const keep = ["--checkpoint", "kept", "--resume", "kept"];
  const { code, stderr } = await blockgraph([...ENDLESS, "--max-states", "9", ...keep], { cwd });
  expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
  expect(receiptIn(cwd).method.resumed).toBe(false);
  expect(existsSync(join(cwd, "kept"))).toBe(false);
});
