/**
 * The models in the simulator: they hold under many schedules (or some schedule shows that they do
 * not, where they say so), their mutants do not, and the same seed gives the same log to the byte.
 *
 * The README's test verifies every model with the seeds up to 200, so that there are fewer here:
 * `MODEL_SEEDS=150 npx vitest run test/simulate/models` goes further.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { BlockgraphError } from "../../src/error.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { replayInSimulation } from "../../src/simulate/replay.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import { isLeftToCheck, type Model, type Mutant } from "../../src/system/model.ts";
import type { Property } from "../../src/system/property.ts";
import { roundRobinSchedule, type Schedule, seededSchedule } from "../../src/system/schedule.ts";
import { startOf } from "../properties/judge.ts";

/**
 * Seeds to try: fewer where each has to fill 64 MiB, more where most schedules break the view, and
 * where one is looked for that does.
 */
const SEEDS = new Map([
  ["image-fleecing", 5],
  ["copied-view", 450],
]);
const seedsOf = ({ name, expected }: Model) =>
  SEEDS.get(name) ?? Number(process.env.MODEL_SEEDS ?? (expected.verdict === "holds" ? 25 : 100));
/** Seeds within which a mutant has to be caught, and mostly is by the first few. */
const mutantSeedsOf = ({ name }: Model) => 10 * (SEEDS.get(name) ?? 150);

function propertiesOf(model: Model): Property[] {
  return model.properties.map((name) => {
    const property = PROPERTIES.get(name);
    if (property === undefined) throw new Error(`there is no property ${name}`);
    return property;
  });
}

function simulate(model: Model, mutant: Mutant | null, schedule: Schedule) {
  const log = new MemoryLog();
  const properties = propertiesOf(model);
  const { session } = simulateModel(model, { properties, mutant, schedule, sink: log });
  return { log, monitor: session.monitor };
}

/** Models in which one thing happens after the other, so that no seed makes a difference. */
const SEQUENTIAL: ReadonlySet<string> = new Set([
  ...["rfc-first-picture", "rfc-second-picture", "rfc-insertion-damages-link"],
]);

/** A log from its second record on, without the hashes: the first one names the schedule. */
function withoutStart(text: string): string {
  const [, ...records] = text.split("\n");
  return records.join("\n").replaceAll(/"prev":"[0-9a-f]*"/g, "");
}

/** What a simulation breaks, a deadlock included. */
function brokenBy(model: Model, mutant: Mutant, seed: number): string[] {
  try {
    const { monitor } = simulate(model, mutant, seededSchedule(seed));
    return monitor.violations.map(({ property }) => property);
  } catch (error) {
    if (error instanceof BlockgraphError && error.code === "deadlock") return ["no-deadlock"];
    throw error;
  }
}

describe.each([...MODELS.values()])("$name", (model) => {
  test(`${model.expected.verdict} under seeded schedules and round robin, all judged`, () => {
    const judged = new Map<string, number>();
    const schedules = Array.from({ length: seedsOf(model) }, (_, seed) => seededSchedule(seed));
    let broken = 0;
    for (const schedule of [...schedules, roundRobinSchedule()]) {
      const { monitor } = simulate(model, null, schedule);
      if (model.expected.verdict === "holds") expect(monitor.violations, schedule.name).toEqual([]);
      broken += monitor.violations.length;
      for (const [name, count] of monitor.judged) {
        judged.set(name, (judged.get(name) ?? 0) + count);
      }
    }
    expect(broken > 0 ? "violated" : "holds").toBe(model.expected.verdict);
    expect([...judged.keys()].sort()).toEqual([...model.properties].sort());
    for (const [name, count] of judged) expect(count, name).toBeGreaterThan(0);
  });

  const simulated = model.mutants.filter((mutant) => !isLeftToCheck(model, mutant));
  test.each(simulated)("mutant $name is caught by $caughtBy", (mutant) => {
    for (let seed = 0; seed < mutantSeedsOf(model); seed++) {
      if (brokenBy(model, mutant, seed).includes(mutant.caughtBy)) return;
    }
    expect.fail("the mutant survived");
  });

  test("the same seed gives the same log, and another one does not if there is a choice", () => {
    const log = simulate(model, null, seededSchedule(7)).log.text();
    expect(simulate(model, null, seededSchedule(7)).log.text()).toBe(log);
    const other = simulate(model, null, seededSchedule(8)).log.text();
    if (SEQUENTIAL.has(model.name)) expect(withoutStart(other)).toBe(withoutStart(log));
    else expect(other).not.toBe(log);
  });

  test("a log is the fold of its inputs: every prefix replays to itself", () => {
    const { log } = simulate(model, null, seededSchedule(3));
    const { records } = log;
    const properties = propertiesOf(model);
    const step = Math.ceil(records.length / 12);
    for (let end = 1; end <= records.length; end += step) {
      const prefix = records.slice(0, end);
      const { derived } = replayInSimulation(startOf(records), prefix, { properties, mutants: [] });
      expect(derived.records.slice(0, end)).toEqual(prefix);
    }
  });
});
