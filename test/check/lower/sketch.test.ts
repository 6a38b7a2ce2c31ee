/**
 * The yardstick lowered to a program: exact counts, traces of its mutants, and what is refused.
 */
import { describe, expect, test } from "vitest";
import { fleece } from "../../../models/fleece.ts";
import { guestChart } from "../../../models/fleece-charts.ts";
import { SKETCHES } from "../../../models/sketches.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import type { Chart } from "../../../src/chart/chart.ts";
import { askAny, askClusters, fork } from "../../../src/chart/effects.ts";
import { reanswer, redirect, replaceEffect } from "../../../src/chart/mutate.ts";
import { lowerSketch } from "../../../src/check/lower/sketch.ts";
import type { Program } from "../../../src/check/program/program.ts";
import { BlockgraphError } from "../../../src/error.ts";
import {
  designOf,
  mutateDesign,
  type SketchActor,
  type SketchDesign,
} from "../../../src/system/sketch.ts";
import { explore } from "./explore.ts";

const properties = fleece.properties.flatMap((name) => PROPERTIES.get(name) ?? []);

function lowered(bounds: Record<string, number> = {}): Program {
  return lowerSketch(designOf(fleece, bounds), properties);
}

describe("the yardstick", () => {
  test("is found by its name", () => {
    expect(SKETCHES.get("fleece")).toBe(fleece);
  });

  // Clusters, guests, readers, values; states, transitions (those of the issue), depth.
  const COUNTS = [
    [2, 1, 1, 2, 100, 240, 14],
    [2, 2, 2, 2, 2482, 11640, 18],
    [3, 2, 2, 2, 18140, 93264, 23],
  ] as const;

  test.each(COUNTS)("%i %i %i %i: %i states, %i transitions, depth %i", (...row) => {
    const [clusters, guests, readers, values, states, transitions, depth] = row;
    const explored = explore(lowered({ clusters, guests, readers, values }));
    expect(explored).toMatchObject({ states, transitions, depth, broken: null });
  });

  test("judges its property, and takes every transition of its charts but three", () => {
    const program = lowered();
    const { judged, covered } = explore(program);
    expect([...judged]).toEqual(["view-equals-point-in-time"]);
    const never = program.coverage.filter((_, item) => !covered.has(item));
    expect(never.map(({ chart, state, event }) => `${chart} ${state} ${event}`)).toEqual([
      // Only who has copied drains.
      "fleece/cluster fresh frozen=0 DRAINED",
      "fleece/cluster copying frozen=0 DRAINED",
      // There is no third reader.
      "fleece/cluster copied frozen=2 READ",
    ]);
  });

  test("fits two words of 32 bits at 4, 4, 2, 2", () => {
    const { fields, processes } = lowered({ clusters: 4, guests: 4 });
    const bits = (size: number) => Math.ceil(Math.log2(size));
    const ofFields = fields.reduce((sum, { size, count }) => sum + bits(size) * count, 0);
    const ofRests = processes.reduce((sum, p) => sum + bits(p.nodes.length) * p.instances, 0);
    expect(ofFields + ofRests).toBe(62);
  });
});

describe("mutants", () => {
  test("a guest that does not drain is told step by step", () => {
    const mutant = fleece.mutants.find(({ name }) => name === "guest-does-not-drain");
    expect(mutant).toBeDefined();
    const design = mutant ? mutateDesign(designOf(fleece), mutant) : designOf(fleece);
    expect(explore(lowerSketch(design, properties)).broken?.steps).toEqual([
      "guest 0 choosing cluster 0, value 1",
      "guest 0 claiming cluster 0: granted, read 0 from disk",
      "reader 0 choosing cluster 0: from disk",
      "guest 0 saving cluster 0: wrote 0 to cache",
      "guest 0 draining cluster 0",
      "guest 0 writing cluster 0: wrote 1 to disk",
      "reader 0 reading disk cluster 0: read 1 from disk",
    ]);
  });

  test.each(fleece.mutants)("$name", (mutant) => {
    const program = lowerSketch(mutateDesign(designOf(fleece), mutant), properties);
    const { broken } = explore(program);
    if (mutant.steps === null) {
      // A promise that is not kept: a search for lassos is not this test's business.
      expect(broken).toBe(null);
      expect(program.liveness.map(({ property }) => property)).toContain(mutant.caughtBy);
    } else {
      expect(broken).toMatchObject({ what: mutant.caughtBy, steps: { length: mutant.steps } });
    }
  });
});

describe("what cannot be lowered is refused in one line", () => {
  const design = designOf(fleece);
  const guest = (change: Partial<SketchActor>): SketchDesign => ({
    ...design,
    actors: design.actors.map((actor) =>
      actor.name === "guest" ? { ...actor, ...change } : actor,
    ),
  });
  const circle = redirect(guestChart(), "settling", "OK", "saving");
  const reshaped = (change: (chart: Chart) => Chart) => guest({ chart: change(guestChart()) });

  test.each([
    [
      "an effect without meaning here",
      reshaped((chart) => replaceEffect(chart, "saving", fork("copy"))),
      "what a sketch cannot",
    ],
    [
      "a question to any cell",
      reshaped((chart) => replaceEffect(chart, "claiming", askAny("CLAIM"))),
      "what a sketch cannot",
    ],
    [
      "a reply that is ignored",
      reshaped((chart) => reanswer(chart, "claiming", "ALREADY", null)),
      "does not say what follows ALREADY",
    ],
    [
      "a question to which nobody replies",
      reshaped((chart) => replaceEffect(chart, "draining", askClusters("DRAIN"))),
      "no cell replies",
    ],
    ["a state that is not there", guest({ atOnce: ["napping"] }), "no state napping"],
    [
      "a circle without a rest",
      guest({ chart: circle, atOnce: ["saving", "settling"] }),
      "never rests",
    ],
    ["a view of nothing", guest({ view: "tape" }), "not a store"],
  ])("%s", (_, refused, problem) => {
    const lower = () => lowerSketch(refused, properties);
    expect(lower).toThrow(BlockgraphError);
    expect(lower).toThrow(problem);
  });

  test("bounds out of their bounds, and bounds that are not there", () => {
    expect(() => designOf(fleece, { clusters: 0 })).toThrow("clusters of fleece is 0");
    expect(() => designOf(fleece, { clusters: 1.5 })).toThrow(BlockgraphError);
    expect(() => designOf(fleece, { disks: 2 })).toThrow("no parameter 'disks'");
  });
});
