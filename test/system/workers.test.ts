/**
 * A job that was told how many clusters it copies at once copies no more: whoever plays it may not
 * ask for more, neither in a run or a simulation nor in a check.
 */
import { expect, test } from "vitest";
import { backupFull } from "../../models/jobs/backup-full.ts";
import { common, copies, startBackup } from "../../models/jobs/parts.ts";
import { lowerModel } from "../../src/check/lower/model/lower-model.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { simulateModel } from "../../src/simulate/simulate-model.ts";
import type { Actor, Model } from "../../src/system/model.ts";
import { rehearse } from "../../src/system/rehearse.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import { refusal } from "../support/refusal.ts";

const CLUSTER = 65_536;

/** A backup that copies that many clusters at once, of which an actor makes use. */
function withWorkers(workers: number, actor: Actor): Model {
  const phases = backupFull.phases.slice(2);
  return {
    ...backupFull,
    phases: [
      { kind: "commands", commands: startBackup({ "x-perf": { "max-workers": workers } }) },
      { kind: "concurrent", actors: [actor] },
      ...phases,
    ],
  };
}

const uses: readonly ((model: Model) => unknown)[] = [
  rehearse,
  (model) => {
    const schedule = seededSchedule(1);
    simulateModel(model, { properties: [], mutant: null, schedule, sink: new MemoryLog() });
  },
  (model) => lowerModel(model, { ...common, properties: [], invariants: [], mutant: null }),
];

test("an actor has no more clusters copied at once than the job has workers", () => {
  const pair = { operation: "copy", offset: 0, length: 2 * CLUSTER } as const;
  const script: Actor = { name: "script", through: "backup", requests: [pair] };
  for (const use of uses) {
    use(withWorkers(2, copies(2)));
    use(withWorkers(2, script));
    expect(refusal("request-invalid", () => use(withWorkers(1, copies(2))))).toBe(
      "actor 'backup' has up to 2 clusters copied at once, and job 'backup' copies 1 " +
        "(max-workers); give it fewer requests in flight, or shorter ones",
    );
    expect(refusal("request-invalid", () => use(withWorkers(1, script)))).toMatch(
      /^actor 'script' has up to 2 clusters copied at once/,
    );
  }
});

test("a job that copies more at once than a cluster cannot be simulated", () => {
  const commands = startBackup({ "x-perf": { "min-cluster-size": 2 * CLUSTER } });
  const model: Model = { ...backupFull, phases: [{ kind: "commands", commands }] };
  for (const use of uses) {
    expect(refusal("graph-refused", () => use(model))).toMatch(
      /node 'hook' cannot be simulated: it is to copy 131072 bytes at once/,
    );
  }
});
