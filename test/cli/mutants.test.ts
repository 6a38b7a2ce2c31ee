/**
 * `blockgraph mutants` as a user runs it: the table, the document, and what a survivor does.
 */
import { describe, expect, test } from "vitest";
import { EQUIVALENT_MUTANTS } from "../../models/equivalent-mutants.ts";
import { overlap } from "../../models/overlap.ts";
import { mutantsSummarySchema } from "../../src/report/mutants/table.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

const mutants = (...args: string[]) => blockgraph(["mutants", ...args], { cwd: scratchFolder() });

describe("a model's own mutants", () => {
  test("are listed, each with the property that caught it", async () => {
    const { code, stdout } = await mutants("overlap");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^model +mutant +caught by +steps +states +time$/);
    for (const { name, caughtBy } of overlap.mutants) {
      expect(lines.filter((line) => line.match(`^overlap +${name} +${caughtBy} `))).toHaveLength(1);
    }
    expect(lines.at(-1)).toMatch(/^6 of 6 mutants caught {3}\d+\.\d s$/);
  });

  test("liveness notices what waits for ever", async () => {
    const { code, stdout } = await mutants("fleece");
    expect(code).toBe(0);
    expect(stdout).toMatch(/thaw-is-lost +guest-requests-end /);
    expect(stdout).toMatch(/copied-claim-is-not-answered +guest-requests-end /);
  });

  test("are told as JSON", async () => {
    const { code, stdout } = await mutants("overlap", "--json");
    expect(code).toBe(0);
    const summary = mutantsSummarySchema.parse(JSON.parse(stdout));
    expect(summary.ok).toBe(true);
    expect(summary.results.map(({ mutant, caughtBy }) => [mutant, caughtBy])).toEqual(
      overlap.mutants.map(({ name, caughtBy }) => [name, caughtBy]),
    );
  });

  test("are undecided where the search is given up before", async () => {
    const { code, stdout, stderr } = await mutants("overlap", "--max-states", "10");
    expect(code).toBe(3);
    expect(stdout).toMatch(/claim-is-not-exclusive +undecided /);
    expect(stdout).toMatch(/^0 of 6 mutants caught, 6 not accounted for/m);
    expect(stderr).toContain("overlap: claim-is-not-exclusive: who finds a cluster");
  });
});

describe("generic mutants", () => {
  test("survivors fail, are named, and those that are right all the same say why", async () => {
    const { code, stdout, stderr } = await mutants("copied-view", "--generic", "--json");
    expect(code).toBe(1);
    const { ok, results } = mutantsSummarySchema.parse(JSON.parse(stdout));
    expect(ok).toBe(false);
    const caught = new Map(results.map(({ mutant, caughtBy }) => [mutant, caughtBy]));
    expect(caught.get("wrong-child copy zeroing calls file")).toBe("view-equals-point-in-time");
    const survivors = results.filter(({ caughtBy }) => caughtBy === null);
    for (const { mutant, reason, statement } of survivors) {
      expect(reason).toBe(EQUIVALENT_MUTANTS.get(mutant) ?? null);
      if (reason === null) expect(stderr).toContain(`copied-view: ${mutant}: ${statement}`);
    }
    expect(survivors.some(({ reason }) => reason === null)).toBe(true);
    expect(survivors.some(({ reason }) => reason !== null)).toBe(true);
  });
});

test("a model that there is not is refused in one line", async () => {
  expectRefusal(await mutants("overlp"), /no model 'overlp' to check; .* did you mean 'overlap'\?/);
});
