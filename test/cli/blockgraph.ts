/**
 * The built program as a child process: what a user types, and what comes back.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { packageFile } from "../../src/package-file.ts";

/** The program that `npm run build` makes. */
export const PROGRAM = fileURLToPath(packageFile("dist/program/main.js"));

export interface Finished {
  /** exit status; null if a signal ended it */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `blockgraph ARGS`. */
export function blockgraph(args: readonly string[], options: Options = {}): Promise<Finished> {
  return execute(process.execPath, [PROGRAM, ...args], options);
}

/** Runs any program to its end. */
export function execute(
  program: string,
  args: readonly string[],
  { cwd, env }: Options = {},
): Promise<Finished> {
  const child = spawn(program, args, { cwd, env: { ...process.env, NO_COLOR: "", ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs `blockgraph ARGS`, and sends it a signal when it has said its first line on stderr. */
export async function interrupted(
  args: readonly string[],
  signal: "SIGINT" | "SIGTERM",
  { cwd }: Options = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (text) => {
      stderr += text;
      if (stderr.includes("\n")) resolve();
    });
  });
  child.kill(signal);
  return { code: await ended, stdout, stderr };
}

/** A folder that is there until the test is over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What every refusal looks like: exit status 2, one line on stderr, nothing on stdout. */
export function expectRefusal(finished: Finished, line: RegExp): void {
  expect(finished.stderr).toMatch(line);
  expect(finished.stderr).toMatch(/^blockgraph: [^\n]*\n$/);
  expect(finished.stdout).toBe("");
  expect(finished.code).toBe(2);
}
