/**
 * `blockgraph check` with checkpoints: killed without a warning it goes on where it was, and what
 * it cannot go on from it refuses in one line.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkReceiptSchema } from "../../src/report/check/receipt.ts";
import { blockgraph, expectRefusal, interrupted, PROGRAM, scratchFolder } from "./blockgraph.ts";

const SIZE = ["--clusters", "4", "--guests", "3", "--readers", "2", "--values", "2"];
const FLEECE = ["check", "fleece", ...SIZE, "--symmetry", "off", "--liveness", "off"];
const SMALL = ["check", "fleece", "--symmetry", "off"];
const KEEP = ["--checkpoint", "kept"];

/** Starts a check, and kills it as soon as it has written so many checkpoints. */
async function killed(cwd: string, args: readonly string[], checkpoints: number): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
  const folder = join(cwd, "kept");
  const written = () =>
    existsSync(folder) &&
    readdirSync(folder).some((name) => Number(name.split("-")[1]) >= checkpoints);
  while (!written()) {
    expect(child.exitCode).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
}

function receiptOf(stdout: string) {
  return checkReceiptSchema.parse(JSON.parse(stdout));
}

/** What a break must not change. */
function outcomeOf(stdout: string) {
  const { verdict, states, transitions, depth, levels, properties, coverage } = receiptOf(stdout);
  return { verdict, states, transitions, depth, levels, properties, coverage };
}

describe.each(["1", "2"])("a check with %s threads", (threads) => {
  test("that is killed and resumed, twice, counts as if nothing had been", async () => {
    const cwd = scratchFolder();
    const args = [...FLEECE, "--threads", threads, "--json", ...KEEP, "--checkpoint-every", "0"];
    // The second is under way, so the first is whole; there may not be many more of them, since on
    // a slow disk the pauses between them are long.
    await killed(cwd, args, 2);
    await killed(cwd, [...args, "--resume", "kept"], 3);
    const { code, stdout } = await blockgraph([...args, "--resume", "kept"], { cwd });
    expect(code).toBe(0);
    const receipt = receiptOf(stdout);
    expect(receipt).toMatchObject({ states: 1_377_392, transitions: 9_029_536, depth: 31 });
    expect(receipt.method.resumed).toBe(true);
    const whole = await blockgraph([...FLEECE, "--json"], { cwd });
    expect(receiptOf(whole.stdout).method.resumed).toBe(false);
    expect(outcomeOf(stdout)).toEqual(outcomeOf(whole.stdout));
    expect(readdirSync(join(cwd, "kept"))).toEqual([]);
  });
});

test.each(["SIGINT", "SIGTERM"] as const)("%s leaves a checkpoint", async (signal) => {
  const cwd = scratchFolder();
  const args = [...FLEECE, ...KEEP, "--json-progress"];
  expect((await interrupted(args, signal, { cwd })).code).toBe(3);
  const { code, stdout } = await blockgraph([...FLEECE, "--json", "--resume", "kept"], { cwd });
  expect(code).toBe(0);
  expect(receiptOf(stdout)).toMatchObject({ states: 1_377_392, transitions: 9_029_536 });
});

test("a checkpoint that cannot be written costs a line, and not the result", async () => {
  const cwd = scratchFolder();
  mkdirSync(join(cwd, "kept", "manifest.json.new"), { recursive: true });
  const limit = ["--max-states", "1000", "--json"];
  const { code, stdout, stderr } = await blockgraph([...SMALL, ...limit, ...KEEP], { cwd });
  expect(code).toBe(3);
  expect(receiptOf(stdout)).toMatchObject({ verdict: "undecided", stopped: "max-states" });
  expect(stderr).toMatch(
    /^blockgraph: a checkpoint cannot be written to kept: .*; make room [^\n]*\n$/,
  );
});

describe("refused in one line is", () => {
  /** A folder in which a check was ended by a limit. */
  async function limited(): Promise<string> {
    const cwd = scratchFolder();
    const { code } = await blockgraph([...SMALL, "--max-states", "1000", ...KEEP], { cwd });
    expect(code).toBe(3);
    return cwd;
  }

  test("another check than the one that was broken off", async () => {
    const cwd = await limited();
    const resume = (...args: string[]) => blockgraph([...args, "--resume", "kept"], { cwd });
    const other = /^blockgraph: the checkpoint in kept is of another model, or of other bounds/;
    expectRefusal(await resume(...SMALL, "--clusters", "3"), other);
    expectRefusal(await resume(...SMALL, "--mutant", "guest-does-not-drain"), other);
    expectRefusal(await resume(...SMALL, "--property", "no-deadlock"), other);
    expectRefusal(
      await resume("check", "fleece"),
      /was made with --symmetry off --por off --coverage on/,
    );
    expectRefusal(await resume(...SMALL, "--memory", "64K"), /give --memory with more than/);
    expect((await resume(...SMALL, "--threads", "1")).code).toBe(0);
  });

  test("a checkpoint that is not there, or not whole", async () => {
    const cwd = await limited();
    const resume = () => blockgraph([...SMALL, "--resume", "kept"], { cwd });
    const states = join(cwd, "kept", "states-1-0.bin");
    truncateSync(states, 5000);
    expectRefusal(await resume(), /kept\/states-1-0.bin is cut off, altered, or missing; leave/);
    const manifest = join(cwd, "kept", "manifest.json");
    writeFileSync(manifest, readFileSync(manifest).subarray(0, 500));
    expectRefusal(await resume(), /kept\/manifest.json is cut off, altered, or no checkpoint/);
    const nowhere = await blockgraph([...SMALL, "--resume", "nowhere"], { cwd });
    expectRefusal(nowhere, /there is no checkpoint in nowhere; give the folder/);
  });

  test("a folder in which another process keeps its checkpoints", async () => {
    const cwd = scratchFolder();
    const long = ["check", "fleece", "--clusters", "6", "--guests", "5", "--symmetry", "off"];
    const args = [PROGRAM, ...long, "--json-progress", ...KEEP];
    const child = spawn(process.execPath, args, { cwd });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await new Promise((resolve) => child.stderr.once("data", resolve));
    const before = readdirSync(join(cwd, "kept"));
    const second = await blockgraph([...SMALL, ...KEEP], { cwd });
    const line = new RegExp(
      `^blockgraph: process ${child.pid} keeps its checkpoints in kept; wait`,
    );
    expectRefusal(second, line);
    expect(readdirSync(join(cwd, "kept"))).toEqual(expect.arrayContaining(before));
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(join(cwd, "kept", "lock"))).toBe(true);
    // What was killed holds nothing any more.
    expect((await blockgraph([...SMALL, ...KEEP], { cwd })).code).toBe(0);
    expect(readdirSync(join(cwd, "kept"))).toEqual([]);
  });

  test("a checkpoint that would be lost, and an interval without a folder", async () => {
    const cwd = await limited();
    expectRefusal(await blockgraph([...SMALL, ...KEEP], { cwd }), /go on from it with --resume/);
    const every = await blockgraph([...SMALL, "--checkpoint-every", "5"], { cwd });
    expectRefusal(every, /--checkpoint-every is for checkpoints; give --checkpoint with it/);
  });
});
