/**
 * `blockgraph check` as a user runs it: verdicts with exact counts, files, refusals, Ctrl-C.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkReceiptSchema } from "../../src/report/check/receipt.ts";
import { traceDocumentSchema } from "../../src/report/check/trace-document.ts";
import { parseXml } from "../report/check/parse-xml.ts";
import { blockgraph, expectRefusal, interrupted, scratchFolder } from "./blockgraph.ts";

/** Checks the yardstick in a folder of its own. */
async function check(...options: string[]) {
  const cwd = scratchFolder();
  const finished = await blockgraph(["check", "fleece", ...options], { cwd });
  return { cwd, ...finished };
}

function receiptIn(folder: string) {
  const path = join(folder, "reports", "fleece", "receipt.json");
  return checkReceiptSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

describe("a model that holds", () => {
  test("says so with its bounds and exact counts, in one line", async () => {
    const { code, stdout, cwd } = await check("--symmetry", "off");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^fleece {3}holds {3}2 clusters, 2 guests, 2 readers, 2 values: 2,482 states, 11,640 trans/,
    );
    expect(receiptIn(cwd)).toMatchObject({ verdict: "holds", complete: true, states: 2482 });
  });

  test("has a receipt on stdout with --json, the same as in reports/", async () => {
    const { code, stdout, cwd } = await check("--clusters", "4", "--guests", "3", "--json");
    expect(code).toBe(0);
    const receipt = checkReceiptSchema.parse(JSON.parse(stdout));
    expect(receipt).toEqual(receiptIn(cwd));
    expect(receipt).toMatchObject({ states: 8908, depth: 31, verdict: "holds" });
    expect(receipt.method.symmetry).toEqual(["clusters", "guests", "readers"]);
  });

  test("is searched without steps that make no difference if it is large", async () => {
    const counts = async (model: string, ...options: string[]) => {
      const args = ["check", model, "--json", "--liveness", "off", ...options];
      const { stdout } = await blockgraph(args, { cwd: scratchFolder() });
      const { verdict, states, method } = checkReceiptSchema.parse(JSON.parse(stdout));
      return [verdict, states, method.partialOrder];
    };
    expect(await counts("copied-view")).toEqual(["holds", 103, false]);
    expect(await counts("copied-view", "--por", "on")).toEqual(["holds", 94, true]);
    const large = ["pieces", "--set", "requests=3"] as const;
    expect(await counts(...large)).toEqual(["holds", 515_201, true]);
    expect(await counts(...large, "--por", "off")).toEqual(["holds", 530_944, false]);
    // A limit beyond the trial's is kept to, and with a checkpoint there is no trial.
    const limited = await counts(...large, "--max-states", "140000");
    expect(limited).toEqual(["undecided", expect.any(Number), true]);
    const kept = await counts(...large, "--max-states", "140000", "--checkpoint", "kept");
    expect(kept).toEqual(["undecided", expect.any(Number), false]);
  });

  test("may be checked for some of its properties", async () => {
    const { stdout } = await check("--property", "no-deadlock", "--json");
    const { properties, notChecked } = JSON.parse(stdout);
    expect(properties.map(({ name }: { name: string }) => name)).toEqual(["no-deadlock"]);
    expect(notChecked).toContain("view-equals-point-in-time");
  });
});

describe("a mutant", () => {
  test("is violated, with its trace on the screen and in files of every format", async () => {
    const ci = ["--junit", "ci/junit.xml", "--sarif", "ci/check.sarif"];
    const { code, stdout, cwd } = await check("--mutant", "guest-does-not-drain", ...ci);
    expect(code).toBe(1);
    expect(stdout).toContain("view-equals-point-in-time in 7 steps");
    expect(stdout.match(/^ {2}\d+ {3}(guest|reader) \d .* -> /gm)).toHaveLength(7);
    const reports = join(cwd, "reports", "fleece");
    const read = (name: string) => JSON.parse(readFileSync(join(reports, name), "utf8"));
    const trace = traceDocumentSchema.parse(read("trace.json"));
    expect(trace.steps).toHaveLength(7);
    expect(read("trace.itf.json").states).toHaveLength(8);
    expect(readFileSync(join(reports, "trace.mmd"), "utf8")).toMatch(/^sequenceDiagram\n/);
    const junit = parseXml(readFileSync(join(cwd, "ci", "junit.xml"), "utf8"));
    expect(junit.attributes.failures).toBe("1");
    const sarif = JSON.parse(readFileSync(join(cwd, "ci", "check.sarif"), "utf8"));
    expect(sarif.runs[0].results[0].codeFlows[0].threadFlows[0].locations).toHaveLength(7);
    for (const file of receiptIn(cwd).findings[0]?.files ?? []) {
      expect(existsSync(join(cwd, file))).toBe(true);
    }
    // The next check, which finds nothing, takes the old trace away.
    await blockgraph(["check", "fleece"], { cwd });
    expect(readdirSync(reports)).toEqual(["receipt.json"]);
  });

  test("that leaves the bounds is undecided and says which", async () => {
    const { code, stdout } = await check("--mutant", "reader-does-not-thaw");
    expect(code).toBe(3);
    expect(stdout).toMatch(/^fleece with mutant reader-does-not-thaw {3}undecided .* its bounds: /);
  });
});

describe("a limit", () => {
  test.each([
    ["--max-states", "100"],
    ["--max-depth", "5"],
    ["--memory", "64K"],
  ])("%s %s ends undecided, and names what to raise", async (option, value) => {
    const { code, stdout, cwd } = await check(option, value, "--symmetry", "off");
    expect(code).toBe(3);
    expect(stdout.split("\n")[0]).toContain("   undecided   ");
    expect(stdout.split("\n")[0]).toMatch(
      new RegExp(`raise ${option}|${option} was reached; raise it`),
    );
    expect(receiptIn(cwd)).toMatchObject({ verdict: "undecided", complete: false });
  });
});

describe("bad input is refused in one line", () => {
  test.each<[string[], RegExp]>([
    [["--clusters", "0"], /clusters of fleece is 0; give a whole number from 1 to/],
    [["--clusters", "x"], /'--clusters <n>' argument 'x' is invalid/],
    [["--set", "foo=1"], /no parameter 'foo'; it has clusters/],
    [["--mutant", "guest-does-not-drian"], /did you mean 'guest-does-not-drain'/],
    [["--property", "foo"], /no property 'foo'; it has: view-equals/],
    [["--por", "on"], /--por on cannot be sound here, because nothing is known of who works with/],
    [["--symmetry", "on", "--liveness", "on"], /unsound/],
    [["--memory", "999T"], /more than is free here/],
    [["--memory", "much"], /Give a size with its unit/],
    [["--threads", "0"], /Give a whole number from 1 to/],
    [["--clusters", "-1"], /clusters of fleece is -1; give a whole number from 1 to 16/],
    [["--set", "clusters=-1"], /clusters of fleece is -1; give a whole number from 1 to 16/],
    [["--junit", "a", "--sarif", "./a"], /^blockgraph: .\/a is used .* choose another --sarif/],
    [["--sarif", "reports/fleece/receipt.json"], /receipt.json is used .* choose another --sarif/],
  ])("%j", async (options, line) => {
    expectRefusal(await check(...options), line);
  });

  test.each(["junit", "sarif", "reports"])(
    "--%s below a file, before the search",
    async (option) => {
      const cwd = scratchFolder();
      writeFileSync(join(cwd, "file"), "");
      const endless = ["check", "fleece", "--clusters", "8", "--guests", "6", "--symmetry", "off"];
      const finished = await blockgraph([...endless, `--${option}`, "file/below"], { cwd });
      expectRefusal(finished, /^blockgraph: file\/below.* cannot be written: /);
    },
  );

  test("a model that there is not", async () => {
    const finished = await blockgraph(["check", "flece"], { cwd: scratchFolder() });
    expectRefusal(finished, /no model 'flece' to check; .* did you mean 'fleece'\?/);
  });
});

test("a report that cannot be written after all does not cost the verdict", async () => {
  const cwd = scratchFolder();
  const args = ["check", "fleece", "--mutant", "guest-does-not-drain", "--junit", "/dev/full"];
  const { code, stdout, stderr } = await blockgraph(args, { cwd });
  expect(stdout).toMatch(/^fleece with mutant guest-does-not-drain {3}violated {3}/);
  expect(stderr).toMatch(/^blockgraph: \/dev\/full cannot be written: no space left [^\n]*\n$/);
  expect(code).toBe(2);
  expect(receiptIn(cwd).verdict).toBe("violated");
  const json = await blockgraph([...args, "--json"], { cwd });
  expect(checkReceiptSchema.parse(JSON.parse(json.stdout)).verdict).toBe("violated");
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends with a valid receipt", async (signal) => {
  const cwd = scratchFolder();
  const size = ["--clusters", "6", "--guests", "5", "--readers", "4", "--symmetry", "off"];
  const args = ["check", "fleece", ...size, "--json", "--json-progress"];
  const { code, stdout, stderr } = await interrupted(args, signal, { cwd });
  expect(code).toBe(3);
  for (const line of stderr.trim().split("\n")) {
    expect(JSON.parse(line)).toMatchObject({ kind: "check-progress", model: "fleece" });
  }
  const receipt = checkReceiptSchema.parse(JSON.parse(stdout));
  expect(receipt).toMatchObject({ verdict: "undecided", stopped: "interrupted" });
  expect(receipt).toEqual(receiptIn(cwd));
});
