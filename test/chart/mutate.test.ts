/**
 * Mutants are charts with one thing wrong, and nothing else changed.
 */
import { describe, expect, test } from "vitest";
import { acceptChart } from "../../src/chart/accept.ts";
import { askClusters, call } from "../../src/chart/effects.ts";
import { forwardChart } from "../../src/chart/forward.ts";
import { bypass, redirect, replaceEffect } from "../../src/chart/mutate.ts";
import { tabulate } from "../../src/chart/tabulate.ts";
import { VARIANTS } from "../support/charts.ts";
import { refusal } from "../support/refusal.ts";
import { path } from "../support/walk.ts";

const hook = VARIANTS.find(({ name }) => name.includes("break-snapshot"));
const write = hook?.charts.requests.write ?? acceptChart("missing");
const nullCo = VARIANTS.find(({ driver }) => driver.name === "null-co");
const zeroRead = nullCo?.charts.requests.read ?? acceptChart("missing");

describe("bypass", () => {
  test("goes on where the answer would have led", () => {
    const mutant = tabulate(bypass(write, "draining", "OK"));
    const states = path(mutant, "INTACT", "DONE", "OK", "DONE");
    expect(states).toEqual(["checking", "copying", "settling", "forwarding", "done"]);
  });

  test("leaves the original as it was", () => {
    const before = path(tabulate(write), "INTACT", "DONE", "OK", "OK", "DONE");
    bypass(write, "draining", "OK");
    expect(path(tabulate(write), "INTACT", "DONE", "OK", "OK", "DONE")).toEqual(before);
    expect(before).toContain("draining");
  });

  test("can skip the first state", () => {
    expect(path(tabulate(bypass(write, "checking", "INTACT")))).toEqual(["copying"]);
  });

  test("can be repeated", () => {
    const mutant = bypass(bypass(write, "draining", "OK"), "settling", "OK");
    expect(path(tabulate(mutant), "INTACT", "DONE")).toEqual(["checking", "copying", "forwarding"]);
  });

  test("does what the skipped answer would have done", () => {
    const mutant = tabulate(bypass(write, "giving up", "OK"));
    expect(path(mutant, "INTACT", "FAILED(EIO)", "OK", "DONE")).toEqual([
      "checking",
      "copying",
      "draining",
      "forwarding",
      "done",
    ]);
  });
});

describe("redirect", () => {
  test("leads one answer somewhere else and the others where they went", () => {
    const mutant = tabulate(redirect(write, "checking", "BROKEN", "copying"));
    expect(path(mutant, "BROKEN")).toEqual(["checking", "copying"]);
    expect(path(mutant, "INTACT", "DONE")).toEqual(["checking", "copying", "settling"]);
  });

  test("keeps what the answer does besides", () => {
    const mutant = tabulate(redirect(write, "forwarding", "FAILED", "draining"));
    const states = path(mutant, "INTACT", "DONE", "OK", "OK", "FAILED(EIO)");
    expect(states.at(-1)).toBe("draining errno=EIO");
  });
});

describe("replaceEffect", () => {
  test("changes what a state does and not where it leads", () => {
    const mutant = tabulate(replaceEffect(write, "settling", askClusters("RESET"))).complete();
    const original = tabulate(write).complete();
    const settling = mutant.states.findIndex(({ name }) => name === "settling");
    expect(mutant.states[settling]?.effect).toMatchObject({ kind: "ask", event: "RESET" });
    expect(mutant.states.map(({ name }) => name)).toEqual(original.states.map(({ name }) => name));
    const effects = (automaton: typeof mutant) =>
      automaton.states.filter((_, state) => state !== settling).map(({ effect }) => effect);
    expect(effects(mutant)).toEqual(effects(original));
  });
});

describe("what cannot be changed is said so", () => {
  test.for<[string, () => unknown]>([
    ["there is no state drowning", () => bypass(write, "drowning", "OK")],
    ["there is no state drowning", () => redirect(write, "drowning", "OK", "done")],
    ["there is no state drowning", () => replaceEffect(write, "drowning", call("file", "read"))],
    ["there is no state constructor", () => bypass(write, "constructor", "OK")],
    ["state draining has no target for MAYBE", () => bypass(write, "draining", "MAYBE")],
    ["state draining has no target for toString", () => bypass(write, "draining", "toString")],
    ["state done has no target for OK", () => bypass(write, "done", "OK")],
    ["state draining has no MAYBE", () => redirect(write, "draining", "MAYBE", "done")],
    ["there is no state heaven", () => redirect(write, "draining", "OK", "heaven")],
  ])("%s", ([problem, change]) => {
    expect(refusal("chart-malformed", change)).toBe(
      `copy-before-write/write cannot be changed: ${problem}`,
    );
  });

  test("a chart without states to skip", () => {
    expect(
      refusal("chart-malformed", () => bypass(forwardChart("a/b", "c", "read"), "x", "y")),
    ).toBe("a/b cannot be changed: there is no state x");
  });
});

test("a move that is skipped is still done", () => {
  const mutant = tabulate(bypass(zeroRead, "serving", "OK")).complete();
  expect(mutant.states.map(({ name }) => name)).toEqual(["done"]);
});
