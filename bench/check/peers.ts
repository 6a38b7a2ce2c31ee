/**
 * The yardstick in checkers that others wrote, and in C++: built and run in a temporary folder.
 *
 * Seconds are those of the verifier's process alone, from its start to its end; building it is not
 * counted. Memory is the most that the process ever held. What they call a transition: Rumur and
 * C++ count every step out of every state; SPIN counts the initial state as well, which is taken
 * off here. Under a reduction each counts what it did.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageFile } from "../../src/package-file.ts";

/** Bounds of the yardstick. */
export interface Bounds {
  readonly clusters: number;
  readonly guests: number;
  readonly readers: number;
  readonly values: number;
}

export interface PeerMeasurement {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

export interface Peer {
  readonly name: string;
  /** whether it counts every state, so that its numbers are those of the model */
  readonly exhaustive: boolean;
  run(bounds: Bounds): Promise<PeerMeasurement>;
}

/** The built program: it cannot run from its source, as its worker threads cannot. */
const OURS = fileURLToPath(packageFile("dist/bench/check/ours.js"));
const C_FLAGS = ["-O3", "-march=native", "-w"];
/** How often the memory of a process is looked at, in milliseconds. */
const LOOK = 5;

/** Our own; its seconds are those of the search, since starting Node counts on no side. */
export function oursPeer(symmetry: "on" | "off", threads: 1 | 2, mutant = ""): Peer {
  const how = `symmetry ${symmetry}, ${threads === 1 ? "1 thread" : "2 threads"}`;
  return {
    name: `blockgraph, ${how}${mutant === "" ? "" : `, ${mutant}`}`,
    exhaustive: symmetry === "off" && mutant === "",
    run: ({ clusters, guests, readers, values }) =>
      inFolder(async (folder) => {
        const numbers = [clusters, guests, readers, values].map(String);
        const words = [OURS, ...numbers, symmetry, String(threads), mutant];
        const ran = await measure(folder, process.execPath, words);
        const [, seconds = "0"] = /([\d.e-]+) seconds/.exec(ran.output) ?? [];
        const found = counts(ran.output, /(\d+) states, (\d+) transitions/);
        return { ...found, seconds: Number(seconds), peakBytes: ran.cost.peakBytes };
      }),
  };
}

/** A plain search in C++. @param ahead successors that wait for their slot to be fetched */
export function cppPeer(ahead: number): Peer {
  return {
    name: ahead === 0 ? "C++" : `C++, fetching ${ahead} slots ahead`,
    exhaustive: true,
    run: (bounds) =>
      inFolder(async (folder) => {
        const arguments_ = [...C_FLAGS, ...defines(bounds), `-DAHEAD=${ahead}`, "-o", "fleece"];
        build(folder, "g++", [...arguments_, source("fleece.cpp")]);
        const ran = await measure(folder, "./fleece", []);
        return { ...ran.cost, ...counts(ran.output, /(\d+) states, (\d+) transitions/) };
      }),
  };
}

/** @param search how SPIN goes through the states @param reduce by partial order */
export function spinPeer(search: "dfs" | "bfs", reduce: boolean): Peer {
  const how = [
    "-DSAFETY",
    "-DNOFAIR",
    "-DSFH",
    "-DMEMLIM=20000",
    ...(search === "bfs" ? ["-DBFS"] : []),
    ...(reduce ? [] : ["-DNOREDUCE"]),
  ];
  return {
    name: `SPIN, ${search}, ${reduce ? "partial-order reduction" : "no reduction"}`,
    exhaustive: !reduce,
    run: (bounds) =>
      inFolder(async (folder) => {
        build(folder, "spin", ["-a", ...defines(bounds), source("fleece.pml")]);
        build(folder, "gcc", [...C_FLAGS, ...how, "-o", "pan", "pan.c"]);
        const slots = bounds.clusters + bounds.guests < 8 ? 23 : 25;
        const ran = await measure(folder, "./pan", ["-n", "-m5000000", `-w${slots}`]);
        if (!/errors: 0/.test(ran.output)) throw new Error(`SPIN found an error: ${ran.output}`);
        const { states } = counts(ran.output, /(\d+) states, stored/);
        // Rounded to some seven digits where there are many: 1.475712e+08.
        const { states: withInitial } = counts(ran.output, /([\d.e+]+) transitions/);
        return { ...ran.cost, states, transitions: withInitial - 1 };
      }),
  };
}

export function rumurPeer(symmetry: "off" | "heuristic" | "exhaustive", threads: 1 | 2): Peer {
  return {
    name: `Rumur, symmetry ${symmetry}, ${threads === 1 ? "1 thread" : "2 threads"}`,
    exhaustive: symmetry === "off",
    run: (bounds) =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, "fleece.m"), murphi(bounds, symmetry !== "off"));
        const options = ["--symmetry-reduction", symmetry, "--threads", String(threads)];
        build(folder, "rumur", [...options, "-o", "fleece.c", "fleece.m"]);
        build(folder, "gcc", [...C_FLAGS, "-mcx16", "-o", "fleece", "fleece.c", "-lpthread"]);
        const ran = await measure(folder, "./fleece", []);
        return { ...ran.cost, ...counts(ran.output, /(\d+) states, (\d+) rules fired/) };
      }),
  };
}

function murphi({ clusters, guests, readers, values }: Bounds, symmetric: boolean): string {
  return readFileSync(source("fleece.m"), "utf8")
    .replaceAll("CLUSTERS", String(clusters))
    .replaceAll("GUESTS", String(guests))
    .replaceAll("READERS", String(readers))
    .replaceAll("VALUES", String(values))
    .replaceAll(/KIND\((\d+)\)/g, symmetric ? "scalarset($1)" : "0 .. $1 - 1");
}

function defines({ clusters, guests, readers, values }: Bounds): string[] {
  return [`-DC=${clusters}`, `-DG=${guests}`, `-DR=${readers}`, `-DV=${values}`];
}

/** A file beside the source of this one; the compiled one is a folder deeper. */
function source(name: string): string {
  const up = import.meta.url.endsWith(".ts") ? "../.." : "../../..";
  return fileURLToPath(new URL(`${up}/bench/check/${name}`, import.meta.url));
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-peer-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function build(folder: string, tool: string, options: readonly string[]): void {
  execFileSync(tool, options, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

async function measure(
  folder: string,
  program: string,
  options: readonly string[],
): Promise<{ output: string; cost: { seconds: number; peakBytes: number } }> {
  const begun = performance.now();
  const child = spawn(program, options, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => output.push(text));
  }
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, LOOK);
  const ended = await new Promise<{ code: number | null; milliseconds: number }>(
    (resolve, reject) => {
      let milliseconds = 0;
      child.on("error", reject);
      child.on("exit", () => {
        milliseconds = performance.now() - begun;
      });
      child.on("close", (code) => resolve({ code, milliseconds }));
    },
  ).finally(() => clearInterval(look));
  const text = output.join("");
  if (ended.code !== 0) throw new Error(`${program} ended with ${ended.code}: ${text}`);
  return { output: text, cost: { seconds: ended.milliseconds / 1000, peakBytes } };
}

/** The kernel's high-water mark of a process, in bytes; 0 once it is gone. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The last match counts: progress may be printed in the same words. */
function counts(output: string, pattern: RegExp): { states: number; transitions: number } {
  const found = [...output.matchAll(new RegExp(pattern, "g"))].at(-1);
  if (found === undefined) throw new Error(`no counts in: ${output}`);
  return { states: Number(found[1]), transitions: Number(found[2] ?? Number.NaN) };
}
