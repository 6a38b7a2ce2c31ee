/**
 * What was recorded is done again as far as it can be: on the same design all of it, on another one
 * whatever fits, and everything comes to its end either way.
 */
import { expect, test } from "vitest";
import { fleecing } from "../../models/fleecing.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { BlockgraphError } from "../../src/error.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveRecorded } from "../../src/system/drive-recorded.ts";
import type { Mutant } from "../../src/system/model.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import { startRecord } from "../../src/system/start.ts";
import { io, setUp, start, step } from "../support/fleecing-graph.ts";
import { thrownBy } from "../support/refusal.ts";

const properties = [...PROPERTIES.values()];

/** Drives records through a session of a model. */
function driven(inputs: readonly LogBody[], mutant: Mutant | null) {
  const sink = new MemoryLog();
  const images = fleecing.images.map(describeModelImage);
  const simulation = new Simulation(startRecord(fleecing, mutant, images), {
    properties,
    mutants: fleecing.mutants,
    sink,
  });
  simulation.run(driveRecorded(inputs, simulation.session));
  return { simulation, records: sink.records };
}

/** Everything that happened in a session of a model; a mutant may have ended in a deadlock. */
function recorded(mutant: Mutant | null, seed: number) {
  const sink = new MemoryLog();
  const schedule = seededSchedule(seed);
  const error = thrownBy(() => simulateModel(fleecing, { properties, mutant, schedule, sink }));
  const deadlocked = error instanceof BlockgraphError && error.code === "deadlock";
  if (error !== undefined && !(deadlocked && mutant !== null)) throw error;
  return sink.records;
}

test.each([1, 2, 3])("on the same design the log comes out again, seed %i", (seed) => {
  const before = recorded(null, seed);
  expect(driven(before.slice(1), null).records).toEqual(before);
});

test.each(fleecing.mutants)("what $name did is taken by the sound model, to the end", (mutant) => {
  for (const seed of [1, 2, 3]) {
    const before = recorded(mutant, seed);
    const { session } = driven(before.slice(1), null).simulation;
    expect(session.monitor.violations).toEqual([]);
    expect(session.inFlight).toBe(0);
  }
});

/** Drives a script on the small graph. */
function scripted(script: readonly LogBody[]) {
  const sink = new MemoryLog();
  const simulation = new Simulation(start("proposed"), { properties, mutants: [], sink });
  simulation.run(driveRecorded([...setUp(), ...script], simulation.session));
  return sink.records.filter(({ kind }) => kind === "step" || kind === "fault" || kind === "done");
}

test("steps that nobody can take are left out", () => {
  const read = io("reader0", "read", 0);
  const plain = scripted([read]);
  expect(plain).toMatchObject([{ kind: "step" }, { kind: "done", errno: null }]);
  const strange: LogBody[] = [step(99), step(0, "WAKE"), { kind: "fault", agent: 7, errno: "EIO" }];
  expect(scripted([read, ...strange]).map(({ kind }) => kind)).toEqual(["step", "done"]);
});

test("a fault strikes whoever can take it", () => {
  const records = scripted([io("reader0", "read", 0), { kind: "fault", agent: 0, errno: "EIO" }]);
  expect(records).toMatchObject([{ kind: "fault" }, { kind: "done", errno: "EIO" }]);
});
