/**
 * How long it takes until a search begins: from the shell, with a search of one state, so that what
 * is measured is Node, loading the program, making a model into JavaScript, and the receipt.
 *
 *     npm run build && node dist/bench/check/start.js [MODEL...]   # all models, 3 rounds
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MODELS } from "../../models/index.ts";
import { packageFile } from "../../src/package-file.ts";
import { median } from "../statistics.ts";

const ROUNDS = 3;
const PROGRAM = fileURLToPath(packageFile("dist/program/main.js"));

/** s of a process from its start to its end */
function timeOf(args: readonly string[], cwd: string): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: "ignore" });
  if (status === null || status === 2) throw new Error(`${args.join(" ")}: status ${status}`);
  return (performance.now() - began) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), "blockgraph-"));
try {
  const named = process.argv.slice(2);
  const models = named.length > 0 ? named : ["fleece", ...MODELS.keys()];
  const middle = (args: readonly string[]) =>
    median(Array.from({ length: ROUNDS }, () => timeOf(args, folder)));
  const bare = middle(["-e", "0"]);
  console.log(`${"Node alone".padEnd(32)} ${bare.toFixed(2)} s`);
  const all = models.map((model) => {
    const seconds = middle([PROGRAM, "check", model, "--max-states", "1", "--liveness", "off"]);
    console.log(`${model.padEnd(32)} ${seconds.toFixed(2)} s`);
    return seconds;
  });
  const [least, most] = [Math.min(...all), Math.max(...all)].map((each) => each.toFixed(2));
  console.log(`${models.length} models: ${least} to ${most} s, median ${median(all).toFixed(2)} s`);
} finally {
  rmSync(folder, { recursive: true });
}
