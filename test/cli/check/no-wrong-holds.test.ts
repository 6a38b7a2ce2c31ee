/**
 * What a check cannot answer it says in one line, with exit status 2 or 3: never a crash, and never
 * a wrong `holds`. Options that make no sense are in test/cli/check.test.ts, checkpoints that are
 * cut off in test/cli/check-checkpoint.test.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fleecing } from "../../../models/fleecing.ts";
import { type CheckOptions, startCheck } from "../../../src/check/check.ts";
import { checkedModel } from "../../../src/cli/check/checked-model.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { BlockgraphError } from "../../../src/error.ts";
import { checkVerdict } from "../../../src/report/check/verdict.ts";
import type { Model } from "../../../src/system/model.ts";
import { thrownBy } from "../../support/refusal.ts";
import { blockgraph, execute, expectRefusal, PROGRAM, scratchFolder } from "../blockgraph.ts";

const OPTIONS: CheckOptions = {
  ...{ symmetry: false, coverage: false, liveness: "auto", threads: 1, memory: 2 ** 28 },
  ...{ maxStates: null, maxDepth: null, walk: null, checkpoint: null, resume: null },
};

async function verdictOf(model: Model) {
  const check = startCheck(checkedModel(model).lower(new Map(), null).program, OPTIONS);
  try {
    while (await check.advance());
    return checkVerdict(check.result());
  } finally {
    await check.close();
  }
}

test("a model that leaves its bounds is undecided, with the way there", async () => {
  const cwd = scratchFolder();
  const args = ["check", "fleece", "--mutant", "reader-does-not-thaw", "--memory", "1G"];
  const { code, stdout, stderr } = await blockgraph(args, { cwd });
  expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
  expect(stdout.split("\n")[0]).toMatch(
    / undecided .* the model leaves its bounds: READ of reader/,
  );
  expect(existsSync(join(cwd, "reports/fleece/trace.json"))).toBe(true);
});

describe("a model", () => {
  const [first, ...others] = fleecing.phases;
  if (first === undefined) throw new Error("fleecing has phases");

  test("whose commands are refused has no state to begin with, and is refused", () => {
    const error = thrownBy(() =>
      checkedModel({ ...fleecing, phases: others }).lower(new Map(), null),
    );
    expect(error).toBeInstanceOf(BlockgraphError);
    expect(error).toMatchObject({
      code: "graph-refused",
      message: expect.stringMatching(/^blockdev-add was refused: Cannot find device='disk'[^\n]*$/),
    });
  });

  test.each([
    ["in which nothing happens", []],
    ["in which nobody reads or writes", [first]],
  ])("%s is undecided: no property ever applies", async (_what, phases) => {
    expect(await verdictOf({ ...fleecing, phases })).toEqual({
      verdict: "undecided",
      problem: expect.stringMatching(
        /^nothing that happens in these bounds is about view-equals-point-in-time, .*raise the bou/,
      ),
    });
  });
});

test("where a state graph takes more memory than it may, liveness is undecided", async () => {
  const size = ["--clusters", "3", "--guests", "3", "--liveness", "on", "--memory", "16M"];
  const { code, stdout } = await blockgraph(["check", "fleece", ...size], { cwd: scratchFolder() });
  expect(code).toBe(3);
  expect(stdout.split("\n")[0]).toMatch(
    / undecided .* too large for guest-requests-end; raise --me/,
  );
});

describe("less memory than asked", () => {
  /** Under a limit of address space. Node alone takes some 13 GB of it, and uses little. */
  const limited = (kilobytes: number, ...args: string[]) => {
    const script = `ulimit -v ${kilobytes} && exec "$0" "$@"`;
    const words = ["-c", script, process.execPath, PROGRAM, "check", "fleece", ...args];
    return execute("sh", words, { cwd: scratchFolder() });
  };

  test("is refused, and says what to give less of", async () => {
    const line = /does not let a search reserve another \d+M; give less with --memory, or raise/;
    expectRefusal(await limited(15_000_000, "--memory", "12G"), line);
  });

  test("is refused where there is hardly any", async () => {
    expectRefusal(await limited(3_000_000), /the system has no memory for this .*ulimit -v/);
  });

  test("leaves no room for threads, which would end the program at once", async () => {
    const two = await limited(15_000_000, "--memory", "1G", "--threads", "2");
    expectRefusal(two, /no room for --threads 2 under a limit of address space; lift ulimit -v/);
    const size = ["--clusters", "4", "--symmetry", "off", "--liveness", "off"];
    const { code, stdout } = await limited(15_000_000, "--memory", "1G", ...size);
    expect(code).toBe(0);
    expect(stdout).toContain("95,648 states");
  });
});

describe("a bound that would change nothing is refused, so that no verdict speaks of it", () => {
  test.each([
    ["image-fleecing", "alignment=512", /takes all its requests from a script/],
    ["fleecing", "alignment=1000", /give a multiple of 32768/],
    ["fleecing", "alignment=262144", /its images have 229376 bytes/],
    ["fleecing", "longest=1", /aligns requests to 64 KiB; give longest at least that/],
    ["pieces", "requests=99", /it makes 6 at the most/],
    ["forwarding", "longest=1048576", /its requests are no longer than 128 KiB/],
  ])("%s --set %s", async (model, bound, line) => {
    expectRefusal(await blockgraph(["check", model, "--set", bound]), line);
  });

  test("requests of a script are told beside the others", () => {
    const bounds = (name: string) => findChecked(name).lower(new Map(), null).bounds;
    expect(bounds("image-fleecing")).toBe("25 scripted requests");
    expect(bounds("overlap")).toBe(
      "2 requests each of up to 64 KiB, aligned to 32 KiB, 2 values, and 2 scripted requests",
    );
  });
});
