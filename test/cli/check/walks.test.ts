/**
 * `blockgraph check --random` and `--swarm` as a user runs them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkReceiptSchema } from "../../../src/report/check/receipt.ts";
import { blockgraph, expectRefusal, scratchFolder } from "../blockgraph.ts";

/** Checks in a folder of its own. */
async function check(...args: string[]) {
  const cwd = scratchFolder();
  const finished = await blockgraph(["check", ...args], { cwd });
  const read = (path: string) => readFileSync(join(cwd, "reports", path), "utf8");
  return { cwd, read, ...finished };
}

/** Far too large to be searched. */
const LARGE = ["fleece", "--clusters", "8", "--guests", "4"];

describe.each(["random", "swarm"])("--%s", (kind) => {
  test("is undecided when nothing is found, and says what was done", async () => {
    const { code, stdout, read } = await check(
      ...[...LARGE, `--${kind}`, "20", "--seed", "7", "--memory", "2M"],
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/^fleece {3}undecided .*: walks at random find faults but cannot show/);
    expect(stdout).toContain(`; 20 ${kind} walks from seed 7, `);
    const [, all = "", each = ""] = /, ([\d,]+) transitions \(([\d,]+) a walk\)/.exec(stdout) ?? [];
    const number = (text: string) => Number(text.replaceAll(",", ""));
    expect(number(each)).toBe(Math.round(number(all) / 20));
    expect(stdout).not.toMatch(/every run of/);
    const receipt = checkReceiptSchema.parse(JSON.parse(read("fleece/receipt.json")));
    expect(receipt).toMatchObject({ complete: false, stopped: "walks", findings: [] });
    const method = { search: kind, walks: 20, seed: 7, threads: 1, maxDepth: 4000, symmetry: [] };
    expect(receipt.method).toMatchObject({ ...method, memory: 2 ** 21 });
    expect(receipt.notChecked).toEqual(["guest-requests-end"]);
  });

  test("finds a mutant in the fewest steps, and says how to take that walk again", async () => {
    const { code, stdout, cwd } = await check(
      ...[...LARGE, "--mutant", "guest-does-not-drain", `--${kind}`, "1000", "--json"],
    );
    expect(code).toBe(1);
    const receipt = checkReceiptSchema.parse(JSON.parse(stdout));
    expect(receipt).toMatchObject({ verdict: "violated", stopped: null, complete: false });
    const [finding] = receipt.findings;
    expect(finding).toMatchObject({ property: "view-equals-point-in-time", steps: 7 });
    for (const file of finding?.files ?? []) expect(existsSync(join(cwd, file))).toBe(true);
    const again = /found by (--.*)$/.exec(finding?.message ?? "")?.[1]?.split(" ") ?? [];
    const alone = await check(...LARGE, "--mutant", "guest-does-not-drain", ...again, "--json");
    const { findings } = JSON.parse(alone.stdout);
    expect(findings[0].message).toBe(finding?.message);
  });

  test("prints commands that take that walk again, and replay what it found", async () => {
    const limits = ["--max-depth", "50", "--property", "view-equals-point-in-time"];
    const mutant = [...LARGE, "--mutant", "guest-does-not-drain", "--set", "values=3", ...limits];
    const { stdout, cwd } = await check(...mutant, `--${kind}`, "1000", "--seed", "3");
    const pasted = async (label: string) => {
      const [, command] = new RegExp(`${label}: +npx blockgraph (.*)`).exec(stdout) ?? [];
      return blockgraph(command?.split(" ") ?? [], { cwd });
    };
    const replayed = await pasted("see it again");
    expect(replayed).toMatchObject({ code: 0, stderr: expect.stringMatching(/violates view-/) });
    const again = await pasted("walk again");
    expect(again.code).toBe(1);
    const traceOf = (text: string) => text.slice(text.indexOf("A successful read"));
    expect(traceOf(again.stdout)).toBe(traceOf(stdout));
  });

  test("finds the mutant of a model with a graph, with a log that replays", async () => {
    const mutant = ["fleecing", "--mutant", "guest-does-not-drain"];
    const { code, read, cwd } = await check(...mutant, `--${kind}`, "2000");
    expect(code).toBe(1);
    const receipt = checkReceiptSchema.parse(JSON.parse(read("fleecing/receipt.json")));
    expect(receipt.findings).toMatchObject([{ property: "view-equals-point-in-time", steps: 9 }]);
    const log = "reports/fleecing/trace.jsonl";
    const replayed = await blockgraph(["replay", log, "--on", "sim"], { cwd });
    expect(replayed.code).toBe(0);
    const { stdout, stderr } = replayed;
    expect(`${stdout}${stderr}`).toMatch(/violates view-equals-point-in-time .* where 0x/);
  });
});

test("progress of walks is steps, and a time limit ends them with a receipt", async () => {
  const walks = ["--random", "1000000", "--timeout", "1", "--json-progress", "--json"];
  const { code, stdout, stderr } = await check(...LARGE, ...walks);
  expect(code).toBe(3);
  const receipt = checkReceiptSchema.parse(JSON.parse(stdout));
  expect(receipt).toMatchObject({ stopped: "timeout", verdict: "undecided", complete: false });
  expect(receipt.problem).not.toContain("every run");
  const [, last] = stderr.trim().split("\n");
  expect(JSON.parse(last ?? "")).toMatchObject({ kind: "check-progress", task: "walk" });
});

test("more walks than make sense are refused, and so is what walks cannot do", async () => {
  expectRefusal(await check("fleece", "--random", "0"), /--random.*whole number/);
  expectRefusal(await check("fleece", "--swarm", "5", "--max-states", "9"), /do not count states/);
});
