/**
 * Whenever nothing is in flight, nobody holds anything: no cluster is frozen, held or being copied.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveModel } from "../../src/system/drive.ts";
import type { Model } from "../../src/system/model.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import { explicitSchedule } from "../../src/system/schedule.ts";
import type { Session } from "../../src/system/session.ts";
import { startRecord } from "../../src/system/start.ts";
import { Workload } from "../../src/system/workload.ts";
import { randomDesign } from "./random-design.ts";

/** Names of cluster states that are not at rest. */
function busyClusters({ execution }: Session): string[] {
  return [...execution.nodes.values()].flatMap(({ description, clusters }) =>
    [...clusters]
      .map((state) => description.cluster?.states[state]?.name ?? "")
      .filter((name) => !/^(dirty|clean)·(no|yes)·(allowed|denied) frozen=0 held=0$/.test(name)),
  );
}

test.each(["proposed", "qemu-10.0"] as const)("%s: clusters are at rest", (profile) => {
  const property = fc.property(randomDesign(profile), ({ model, picks }) => {
    const workload = new Workload(() => {});
    const start = startRecord(model, null, model.images.map(describeModelImage));
    const simulation = new Simulation(start, {
      properties: [],
      mutants: [],
      sink: new MemoryLog(),
      completed: (request, _outcome, data) => workload.ended(request, data),
    });
    const { session } = simulation;
    const schedule = explicitSchedule(picks);
    for (const phase of model.phases) {
      const part: Model = { ...model, phases: [phase] };
      simulation.run(driveModel(part, { session, schedule, workload }));
      expect(busyClusters(session)).toEqual([]);
    }
  });
  fc.assert(property, { numRuns: 150 });
});
