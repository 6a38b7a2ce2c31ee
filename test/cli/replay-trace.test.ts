/**
 * A trace that the checker found on values shows the same on bytes, in memory and in files; and
 * what is not the trace of this program is refused in one line.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fleece } from "../../models/fleece.ts";
import { traceDocumentSchema } from "../../src/report/check/trace-document.ts";
import { traceReplaySchema } from "../../src/report/trace-replay.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

/** Checks a mutant in a folder of its own. @returns the folder, and its trace */
async function checked(mutant: string) {
  const folder = scratchFolder();
  await blockgraph(["check", "fleece", "--mutant", mutant], { cwd: folder });
  const path = join(folder, "reports/fleece/trace.json");
  return { folder, path };
}

const SAFETY = fleece.mutants.filter(({ steps }) => steps !== null);

test.each(SAFETY)("$name shows on bytes, wherever they are", async ({ name, caughtBy, steps }) => {
  const { folder, path } = await checked(name);
  for (const on of [["sim"], ["files", "--dir", join(folder, "images")]]) {
    const { code, stdout } = await blockgraph(["replay", path, "--on", ...on, "--json"]);
    const { violations, ...summary } = traceReplaySchema.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({ identical: true, steps, property: caughtBy, mutant: name });
    const wrong = { property: caughtBy, step: steps };
    expect(violations).toMatchObject(caughtBy === "bounds" ? [] : [wrong]);
    expect(code).toBe(0);
  }
});

describe("a guest that does not drain", () => {
  let text = "";
  beforeAll(() =>
    inTemporaryFolder(async (cwd) => {
      await blockgraph(["check", "fleece", "--mutant", "guest-does-not-drain"], { cwd });
      text = readFileSync(join(cwd, "reports/fleece/trace.json"), "utf8");
    }),
  );

  /** Replays a changed trace in the simulator. */
  function replayed(change: (text: string) => string, ...options: string[]) {
    const path = join(scratchFolder(), "trace.json");
    const changed = change(text);
    writeFileSync(path, changed);
    return blockgraph(["replay", path, "--on", "sim", ...options]);
  }

  test("the wrong byte is named", async () => {
    const { code, stdout, stderr } = await replayed((same) => same);
    expect(stderr).toBe(
      "the trace violates view-equals-point-in-time at step 7: " +
        "a read through 'reader 0' has 0x11 at byte 0 where 0x00 belongs\n",
    );
    expect(stdout).toContain("7 steps replayed in the simulator: identical");
    expect(code).toBe(0);
  });

  test("a trace that says something else is different, and where", async () => {
    const one = await replayed((same) => {
      const trace = traceDocumentSchema.parse(JSON.parse(same));
      trace.steps[4]?.state.fields.cache?.fill(1);
      return JSON.stringify(trace);
    });
    expect(one.stderr).toContain("different: step 5 (guest 0 draining cluster 0): cache 0 is 0");
    expect(one.code).toBe(1);
    const other = await replayed((same) => {
      const trace = traceDocumentSchema.parse(JSON.parse(same));
      trace.steps.splice(3, 1);
      return JSON.stringify(trace);
    });
    expect(other.stderr).toContain("guest 0 cannot take that step: it stands in saving");
    expect(other.code).toBe(1);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ["is cut off", (same) => same.slice(0, 2000), /damaged trace \(it is no whole JSON/],
    ["has no steps", () => '{"kind":"check-trace","v":1}', /damaged trace/],
    ["repeats from nowhere", (same) => same.replace('"loop": null', '"loop": 8'), /loop: there/],
    [
      "has other bounds",
      (same) => same.replace('"clusters": 2', '"clusters": 3'),
      /a trace of another 'fleece' \(digest/,
    ],
    [
      "leaves the bounds",
      (same) => same.replace('"clusters": 2', '"clusters": 99'),
      /does not fit: clusters of fleece is 99/,
    ],
    [
      "is of another mutant",
      (same) => same.replace('"guest-does-not-drain"', '"guest-does-not-swim"'),
      /does not fit: model 'fleece' has no mutant/,
    ],
    ["is of another model", (same) => same.replace('"fleece"', '"fleas"'), /no model 'fleas'/],
    [
      "is of a model with a graph",
      (same) => same.replace('"fleece"', '"fleecing"'),
      /has a graph; name the log beside it/,
    ],
  ])("a trace that %s is refused", async (_, change, line) => {
    expectRefusal(await replayed(change), line);
  });

  test("stops where it is told to", async () => {
    const stopped = await replayed((same) => same, "--at", "6");
    expect(stopped).toMatchObject({ code: 0, stderr: "" });
    expect(stopped.stdout).toContain("6 steps replayed");
    expectRefusal(await replayed((same) => same, "--at", "8"), /there is no step 8/);
  });

  test("files that are not what the stores begin with are left alone", async () => {
    const folder = join(scratchFolder(), "images");
    mkdirSync(folder);
    writeFileSync(join(folder, "cache.raw"), "mine");
    const path = join(folder, "../trace.json");
    writeFileSync(path, text);
    const refused = await blockgraph(["replay", path, "--on", "files", "--dir", folder]);
    expectRefusal(refused, /cache\.raw has 4 bytes/);
    expect(readdirSync(folder)).toEqual(["cache.raw"]);
    expect(readFileSync(join(folder, "cache.raw"), "utf8")).toBe("mine");
  });
});
