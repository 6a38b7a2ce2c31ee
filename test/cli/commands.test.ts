/**
 * What the commands do when all is well: exit status, documents, lines, files.
 */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fleecing } from "../../models/fleecing.ts";
import { expandFill } from "../../src/log/fill.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { parseLog, readLog } from "../../src/log/reader.ts";
import { doctorReportSchema } from "../../src/report/doctor-report.ts";
import { replaySummarySchema } from "../../src/report/replay-summary.ts";
import { sessionSummarySchema } from "../../src/report/session-summary.ts";
import { showDocumentSchema } from "../../src/report/show-document.ts";
import { verifySummarySchema } from "../../src/report/verify-summary.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

/** Runs the small model; `options` are further ones of the command. */
async function ran(options: readonly string[] = []) {
  const folder = scratchFolder();
  const [log, images] = [join(folder, "run.jsonl"), join(folder, "images")];
  const args = ["run", "fleecing", "--dir", images, "--log", log, "--json", ...options];
  const { code, stdout } = await blockgraph(args);
  return { code, folder, log, images, summary: sessionSummarySchema.parse(JSON.parse(stdout)) };
}

/** A violation that is known to be there: seed 8 finds this mutant's race. */
const RACE = ["--mutant", "guest-does-not-drain", "--order", "seeded", "--seed", "8"];

describe("run", () => {
  test("makes the images, judges, and logs what happened", async () => {
    const { code, log, images, summary } = await ran();
    expect(code).toBe(0);
    expect(readdirSync(images).sort()).toEqual(["cache.raw", "disk.raw"]);
    expect(summary).toMatchObject({ kind: "run", model: "fleecing", verdict: "holds", log });
    expect(readLog(log).records).toHaveLength(summary.records);
  });

  test("uses the images that it finds, whatever their length", async () => {
    const folder = scratchFolder();
    const disk = join(folder, "disk.raw");
    writeFileSync(disk, Buffer.alloc(300_001, 0x42));
    const { code, stdout } = await blockgraph(["run", "fleecing", "--dir", folder, "--json"]);
    expect(code).toBe(0);
    expect(sessionSummarySchema.parse(JSON.parse(stdout)).verdict).toBe("holds");
    expect(readFileSync(disk)).toHaveLength(300_001);
    expect(readFileSync(join(folder, "cache.raw"))).toHaveLength(300_001);
  });

  test("finds a mutant's race, and its log shows it again, wherever it is replayed", async () => {
    const { code, log, folder, summary } = await ran(RACE);
    expect(code).toBe(1);
    const [violation] = summary.violations;
    expect(violation?.property).toBe("view-equals-point-in-time");
    for (const where of [["sim"], ["files", "--dir", join(folder, "again")]]) {
      const replayed = await blockgraph(["replay", log, "--json", "--on", ...where]);
      expect(replayed.code).toBe(0);
      const document = replaySummarySchema.parse(JSON.parse(replayed.stdout));
      expect(document).toMatchObject({ identical: true, records: summary.records });
      expect(document.violations).toEqual(summary.violations);
    }
  });

  test("with random requests keeps a log of the model that it was asked for", async () => {
    const { log, summary } = await ran(["--requests", "300", "--depth", "16"]);
    expect(summary.requests).toBeGreaterThan(300);
    const replayed = await blockgraph(["replay", log, "--on", "sim"]);
    expect(replayed).toMatchObject({ code: 0, stderr: "" });
    expect(replayed.stdout).toContain("identical");
  });

  test("writes a dump to where it is told, and prints what it did", async () => {
    const folder = scratchFolder();
    const view = join(folder, "elsewhere.raw");
    const args = ["run", "image-fleecing", "--dir", folder, "--dump-view", view];
    const { code, stdout, stderr } = await blockgraph(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`dumped to ${view}: 67108864 bytes\n`);
    expect(stdout).toMatch(/^image-fleecing ran on files, free order, seed 0: \d+ requests/);
    expect(stdout).toMatch(/\nholds, \d+\.\d s\n$/);
    expect(existsSync(join(folder, "view.raw"))).toBe(false);
    expect(readFileSync(view)).toHaveLength(67108864);
  });
});

describe("replay", () => {
  test("tells the first record that comes out differently", async () => {
    const { log, folder } = await ran();
    const changed = new MemoryLog();
    let done = 0;
    for (const { v: _v, seq: _seq, prev: _prev, ...body } of readLog(log).records) {
      const lies = body.kind === "done" && body.digest !== undefined && done++ === 2;
      changed.append(lies ? { ...body, digest: "0123456789abcdef" } : body);
    }
    const path = join(folder, "changed.jsonl");
    writeFileSync(path, changed.text());
    for (const where of [["sim"], ["files", "--dir", join(folder, "d")]]) {
      const { code, stdout, stderr } = await blockgraph(["replay", path, "--on", ...where]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^different: record \d+ is .*0123456789abcdef.*\n$/);
      expect(stdout).toContain("DIFFERENT");
    }
  });

  test("reports a torn last line and replays the rest", async () => {
    const { log } = await ran();
    const text = readFileSync(log);
    truncateSync(log, text.length - 20);
    const { code, stdout, stderr } = await blockgraph(["replay", log, "--on", "sim", "--json"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^blockgraph: .*run.jsonl: the last line is torn \(record \d+/);
    expect(JSON.parse(stdout).records).toBe(parseLog(text).records.length - 1);
  });

  test("asks for an image that the log was too small to carry, and takes only that", async () => {
    const folder = scratchFolder();
    const [disk, copy] = [join(folder, "disk.raw"), join(folder, "copy.raw")];
    writeFileSync(disk, expandFill({ seed: 1 }, 20 * 1024 * 1024));
    copyFileSync(disk, copy);
    const log = join(folder, "run.jsonl");
    const run = await blockgraph(["run", "fleecing", "--dir", folder, "--log", log]);
    expect(run.code).toBe(0);
    const replay = ["replay", log, "--on"];
    const again = join(folder, "again");
    for (const where of [["sim"], ["files", "--dir", again]]) {
      expectRefusal(await blockgraph([...replay, ...where]), /give it with --image disk.raw=FILE/);
      const other = await blockgraph([...replay, ...where, "--image", `disk.raw=${disk}`]);
      expectRefusal(other, /disk.raw is not the image that the log begins with/);
      const finished = await blockgraph([...replay, ...where, "--image", `disk.raw=${copy}`]);
      expect(finished).toMatchObject({ code: 0, stderr: "" });
    }
    expect(readFileSync(join(again, "disk.raw")).equals(readFileSync(disk))).toBe(true);
    const shown = await blockgraph(["show", log, "--image", `disk.raw=${copy}`]);
    expect(shown.stdout).toContain("in flight: nothing");
  });

  test("stops where it is told", async () => {
    const { log } = await ran();
    const { stdout } = await blockgraph(["replay", log, "--on", "sim", "--at", "40", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ records: 41, identical: true });
  });
});

describe("simulate", () => {
  test("takes a log's inputs and decides the order anew", async () => {
    const { log, folder } = await ran();
    const [one, other] = [join(folder, "1.jsonl"), join(folder, "2.jsonl")];
    for (const [seed, out] of [
      ["1", one],
      ["2", other],
    ] as const) {
      const finished = await blockgraph(["simulate", log, "--seed", seed, "--out", out, "--json"]);
      expect(finished.code).toBe(0);
      const summary = sessionSummarySchema.parse(JSON.parse(finished.stdout));
      expect(summary).toMatchObject({ kind: "simulation", order: `seed ${seed}`, log: out });
    }
    const inputs = (path: string) => readLog(path).records.filter(({ kind }) => kind === "io");
    expect(inputs(one).map(bodyText)).toEqual(inputs(other).map(bodyText));
    expect(readFileSync(one)).not.toEqual(readFileSync(other));
  });

  test("gives the same bytes for the same schedule, on stdout as in a file", async () => {
    const { log, folder } = await ran();
    for (const schedule of [
      ["--picks", "2,0,1"],
      ["--schedule", "round-robin"],
      ["--seed", "9"],
    ]) {
      const out = join(folder, `${schedule[1]}.jsonl`);
      await blockgraph(["simulate", log, ...schedule, "--out", out]);
      const { code, stdout, stderr } = await blockgraph(["simulate", log, ...schedule]);
      expect(code).toBe(0);
      expect(stdout).toBe(readFileSync(out, "utf8"));
      expect(stderr).toContain("holds");
    }
  });

  test("finds the race of a mutant that the log was made with", async () => {
    const { log } = await ran(RACE);
    const { code, stderr } = await blockgraph(["simulate", log, "--picks", "1,2,3"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/violated: view-equals-point-in-time at record \d+: a read through/);
  });
});

function bodyText({ v: _v, seq: _seq, prev: _prev, ...body }: object & Record<string, unknown>) {
  return JSON.stringify(body);
}

describe("show", () => {
  test("draws a model's graph with its nodes, drivers, edges and clusters", async () => {
    const { code, stdout } = await blockgraph(["show", "fleecing"]);
    expect(code).toBe(0);
    for (const word of ["guest", "reader0", "hook", "copy-before-write", "target", "disk.raw"]) {
      expect(stdout).toContain(word);
    }
    expect(stdout).toContain("hook: 4 clusters of 64 KiB\n  copy    ####");
  });

  test("shows any record of a log: who is in flight, where, waiting for what", async () => {
    const { log } = await ran(RACE);
    const at = readLog(log).records.findIndex(({ kind }) => kind === "io");
    const early = await blockgraph(["show", log, "--at", String(at)]);
    expect(early.stdout).toMatch(/fleecing with mutant guest-does-not-drain, record \d+ of \d+/);
    expect(early.stdout).toMatch(/agent 0, request 0: guest write \d+ bytes at \d+\n/);
    const last = await blockgraph(["show", log]);
    expect(last.stdout).toContain("in flight: nothing");
    expect(last.stdout).toContain('"kind":"done"');
  });

  test("says of a trace or a receipt what it is, and what reads it", async () => {
    const cwd = scratchFolder();
    await blockgraph(["check", "fleece", "--mutant", "guest-does-not-drain"], { cwd });
    const shown = (name: string) => blockgraph(["show", `reports/fleece/${name}`], { cwd });
    const reads = /trace.json is the trace of a check, no log; see it with blockgraph replay rep/;
    expectRefusal(await shown("trace.json"), reads);
    expectRefusal(await shown("receipt.json"), /is a document of kind "check-receipt", no log/);
  });

  test("shows long disks as runs of clusters", async () => {
    const { stdout } = await blockgraph(["show", "image-fleecing"]);
    expect(stdout).toContain("hook: 1024 clusters of 64 KiB\n  0-1023 ");
    expect(stdout).toContain("copy dirty, done no, access allowed\n");
  });

  test("as JSON is one document", async () => {
    const { log } = await ran();
    const { stdout } = await blockgraph(["show", log, "--at", "60", "--json"]);
    const document = showDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ at: 60, record: { seq: 60 } });
    expect(document.clusters.map(({ node }) => node)).toEqual(["hook"]);
    expect(document.graph.edges).toContainEqual({
      parent: { kind: "node", name: "hook" },
      child: "cache",
      name: "target",
      perm: ["write"],
      "shared-perm": ["consistent-read", "write", "write-unchanged"],
    });
  });
});

describe("verify", () => {
  test("writes a receipt and a log that replays, and says what was judged", async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await blockgraph(["verify", "fleecing", "--seeds", "5"], {
      cwd,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [line = "", ...more] = stdout.trimEnd().split("\n");
    expect(line).toMatch(/^fleecing {3}holds {5,}simulated 5 seeds, ran \d+x on memory and \d+x/);
    expect(line).toMatch(/replayed \d+ logs, 14 of 14 mutants caught {3}\d+\.\d s$/);
    expect(more.pop()).toMatch(/^1 model is as expected; receipts in reports.MODEL.verify.json/);
    for (const name of fleecing.properties) {
      expect(more.shift()).toMatch(new RegExp(`^  ${name} +judged \\d+ times, never broken$`));
    }
    expect(more).toEqual([]);
    const folder = join(cwd, "reports", "fleecing");
    expect(readdirSync(folder).sort()).toEqual(["sample.jsonl", "verify.json"]);
    const sample = join(folder, "sample.jsonl");
    expect(await blockgraph(["replay", sample, "--on", "sim"])).toMatchObject({ code: 0 });
  });

  test("as JSON is one document, and nothing on stderr", async () => {
    const args = ["verify", "fleecing", "--seeds", "3", "--json"];
    const { code, stdout, stderr } = await blockgraph(args, { cwd: scratchFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { ok, models } = verifySummarySchema.parse(JSON.parse(stdout));
    expect(ok).toBe(true);
    expect(models.map(({ model }) => model)).toEqual(["fleecing"]);
  });
});

describe("doctor", () => {
  test("finds simulations deterministic, and says what the machine lacks", async () => {
    const env = { PATH: "" };
    const { code, stdout } = await blockgraph(["doctor", "fleecing", "--json"], { env });
    const { ok, checks } = doctorReportSchema.parse(JSON.parse(stdout));
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    const byName = new Map(checks.map((check) => [check.name, check]));
    expect(byName.get("simulate fleecing")?.detail).toMatch(/^2 simulations, .*: identical$/);
    expect(byName.get("node")?.state).toBe("ok");
    expect(byName.get("qemu-img")).toMatchObject({ state: "missing" });
  });

  test("prints a table", async () => {
    const { stdout } = await blockgraph(["doctor", "fleecing", "--runs", "3"]);
    expect(stdout).toMatch(/^simulate fleecing +ok {8}3 simulations/);
  });
});
