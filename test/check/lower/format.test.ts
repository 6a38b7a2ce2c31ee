/**
 * Format sketches as programs: the compiled check and the slow interpreter count the same, a
 * counterexample reads like what happened, and what cannot be lowered is refused.
 */
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../../models/formats.ts";
import { commitChart, discardChart, writeChart } from "../../../models/qcow2-charts.ts";
import { qcow2Crash } from "../../../models/qcow2-crash.ts";
import { FORMAT_PROPERTIES } from "../../../properties/format/index.ts";
import { askClusters, call, fork } from "../../../src/chart/effects.ts";
import { reanswer, redirect, replaceEffect } from "../../../src/chart/mutate.ts";
import { lowerFormat } from "../../../src/check/lower/format.ts";
import type { Program } from "../../../src/check/program/program.ts";
import { BlockgraphError } from "../../../src/error.ts";
import { type FormatActor, mutateFormat } from "../../../src/system/format-sketch.ts";
import { designOf } from "../../../src/system/sketch.ts";
import { wholeCheck } from "../support/whole-check.ts";
import { explore } from "./explore.ts";

const TINY = { guests: 1, hosts: 1, writers: 1 };
const properties = [...FORMAT_PROPERTIES.values()];

async function counted(program: Program) {
  const options = { liveness: "off", memory: 2 ** 26 } as const;
  const { states, transitions, depth, findings } = await wholeCheck(program, options);
  return { states, transitions, depth, broken: findings[0]?.trace.steps.length ?? null };
}

describe.each([...FORMATS.values()])("$name", (sketch) => {
  test("counts the same compiled and interpreted", async () => {
    const program = lowerFormat(designOf(sketch, { ...TINY, hosts: 2 }), properties);
    const { states, transitions, depth, broken } = explore(program);
    expect(await counted(program)).toEqual({ states, transitions, depth, broken });
  });

  test.each(sketch.mutants)("$name is broken by the same step", async (mutant) => {
    const design = mutateFormat(designOf(sketch, TINY), mutant);
    const program = lowerFormat(design, properties);
    const { broken } = explore(program);
    expect((await counted(program)).broken).toBe(broken?.steps.length ?? null);
  });
});

test("a counterexample tells what is found in the file", () => {
  const mutant = qcow2Crash.mutants.find(({ name }) => name === "no-line-before-entries");
  expect(mutant).toBeDefined();
  if (mutant === undefined) return;
  const design = mutateFormat(designOf(qcow2Crash, TINY), mutant);
  expect(explore(lowerFormat(design, properties)).broken).toEqual({
    what: "crash-leaves-leaks-at-most",
    steps: [
      "writer 0 choosing guest cluster 0, value 1",
      "writer 0 looking up guest cluster 0: new, takes host cluster 0",
      "writer 0 writing guest cluster 0",
      "commit 0 resting",
      "commit 0 writing refcounts",
      "commit 0 writing mapping",
      "the power is cut: in the file guest cluster 0 is at host cluster 0, where zeros may be",
    ],
  });
});

describe("what cannot be lowered is refused in one line", () => {
  const design = designOf(qcow2Crash, TINY);
  const changed = (name: string, change: Partial<FormatActor>) => ({
    ...design,
    actors: design.actors.map((each) => (each.name === name ? { ...each, ...change } : each)),
  });
  const circle = redirect(commitChart(), "copying mapping", "DONE", "copying refcounts");

  test.each([
    [
      "an effect without meaning here",
      changed("writer", { chart: replaceEffect(writeChart(), "writing", fork("copy")) }),
      "state writing does fork",
    ],
    [
      "a call that there is not",
      changed("writer", { chart: replaceEffect(writeChart(), "writing", call("tape", "write")) }),
      "state writing does tape write",
    ],
    [
      "a question to which nobody replies",
      changed("discarder", {
        chart: replaceEffect(discardChart(), "looking up", askClusters("SHRED")),
      }),
      "nobody replies",
    ],
    [
      "a reply that is ignored",
      changed("discarder", { chart: reanswer(discardChart(), "looking up", "ABSENT", null) }),
      "does not say what follows ABSENT",
    ],
    ["a state that is not there", changed("writer", { atOnce: ["napping"] }), "no state napping"],
    ["a circle without a rest", changed("commit", { chart: circle }), "never rests"],
  ])("%s", (_, refused, problem) => {
    const lower = () => lowerFormat(refused, properties);
    expect(lower).toThrow(BlockgraphError);
    expect(lower).toThrow(problem);
  });
});
