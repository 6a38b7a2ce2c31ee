/**
 * The models in the simulator: they hold under many schedules, their mutants do not, and the same
 * seed gives the same log to the byte.
 */
import { describe, expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { replayInSimulation } from "../../src/simulate/replay.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import type { Model, Mutant } from "../../src/system/model.ts";
import type { Property } from "../../src/system/property.ts";
import { roundRobinSchedule, type Schedule, seededSchedule } from "../../src/system/schedule.ts";
import { startOf } from "../properties/judge.ts";

/** Seeds to try: fewer where each has to fill 64 MiB. */
const seedsOf = (model: Model) => (model.name === "image-fleecing" ? 5 : 150);

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

describe.each([...MODELS.values()])("$name", (model) => {
  test("holds under seeded schedules and round robin, and every property is judged", () => {
    const judged = new Map<string, number>();
    const schedules = Array.from({ length: seedsOf(model) }, (_, seed) => seededSchedule(seed));
    for (const schedule of [...schedules, roundRobinSchedule()]) {
      const { monitor } = simulate(model, null, schedule);
      expect(monitor.violations, schedule.name).toEqual([]);
      for (const [name, count] of monitor.judged) {
        judged.set(name, (judged.get(name) ?? 0) + count);
      }
    }
    expect([...judged.keys()].sort()).toEqual([...model.properties].sort());
    for (const [name, count] of judged) expect(count, name).toBeGreaterThan(0);
  });

  test.each(model.mutants)("mutant $name is caught by $caughtBy", (mutant) => {
    for (let seed = 0; seed < 10 * seedsOf(model); seed++) {
      const { monitor } = simulate(model, mutant, seededSchedule(seed));
      if (monitor.violations.some(({ property }) => property === mutant.caughtBy)) return;
    }
    expect.fail("the mutant survived");
  });

  test("the same seed gives the same log, and another one does not", () => {
    const log = simulate(model, null, seededSchedule(7)).log.text();
    expect(simulate(model, null, seededSchedule(7)).log.text()).toBe(log);
    expect(simulate(model, null, seededSchedule(8)).log.text()).not.toBe(log);
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
