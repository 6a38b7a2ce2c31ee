/**
 * What `verify` does to a model, stage by stage. Each stops at the first finding.
 */
import { join } from "node:path";
import type { Receipt } from "../../report/receipt.ts";
import { imagesInFolder, imagesInMemory } from "../../run/image-set.ts";
import { isLeftToCheck, type Model } from "../../system/model.ts";
import { roundRobinSchedule, type Schedule, seededSchedule } from "../../system/schedule.ts";
import { breathe, withTemporaryFolder } from "../leftovers.ts";
import { type Attempt, replayOnce, runOnce, simulateOnce } from "./attempt.ts";
import type { Evidence, Finding } from "./evidence.ts";
import type { Plan } from "./plan.ts";

/** What a stage works on. */
export interface Verification {
  readonly model: Model;
  readonly plan: Plan;
  readonly evidence: Evidence;
  /** told what is being done */
  readonly progress: (text: string) => void;
}

/** Every seed and round robin. */
export async function simulateAll(
  verification: Verification,
): Promise<{ finding: Finding | null; sample: Attempt | null; seeds: number; others: number }> {
  const { model, plan, evidence, progress } = verification;
  let sample: Attempt | null = null;
  for (let seed = 0; seed <= plan.seeds; seed++) {
    const last = seed === plan.seeds;
    const schedule: Schedule = last ? roundRobinSchedule() : seededSchedule(seed);
    progress(`simulating, ${schedule.name}`);
    await breathe();
    const attempt = simulateOnce(model, schedule, null);
    sample ??= attempt;
    take(evidence, attempt);
    const finding = findingOf(attempt, `simulation, ${schedule.name}`);
    if (finding !== null) return { finding, sample, seeds: last ? seed : seed + 1, others: 0 };
  }
  return { finding: null, sample, seeds: plan.seeds, others: 1 };
}

/** The same seed gives the same log, byte for byte. */
export function repeat({ model }: Verification, first: Attempt): Finding | null {
  const second = simulateOnce(model, seededSchedule(0), null);
  if (first.log.text() === second.log.text()) return null;
  const text = "the same seed gave two different logs; run blockgraph doctor";
  const seq = Math.min(first.log.records.length, second.log.records.length) - 1;
  const violation = { property: "deterministic", text, seq };
  return { violation, found: "simulation, seed 0, twice", records: second.log.records };
}

/** Runs on memory, then on files; the log of each is replayed in the simulator. */
export async function runAll(
  verification: Verification,
): Promise<{ finding: Finding | null; memory: number; files: number; replayed: number }> {
  const { plan, model } = verification;
  const memory = await runSome(verification, plan.memoryRuns, "memory", () =>
    imagesInMemory(model.images),
  );
  if (memory.finding !== null) return { ...memory, memory: memory.runs, files: 0 };
  const files = await withTemporaryFolder((folder) =>
    runSome(verification, plan.fileRuns, "files", (run) =>
      imagesInFolder(join(folder, String(run)), model.images),
    ),
  );
  const { finding } = files;
  const replayed = memory.replayed + files.replayed;
  return { finding, memory: memory.runs, files: files.runs, replayed };
}

async function runSome(
  { model, evidence, progress }: Verification,
  count: number,
  where: string,
  open: (run: number) => ReturnType<typeof imagesInMemory>,
): Promise<{ finding: Finding | null; runs: number; replayed: number }> {
  for (let run = 0; run < count; run++) {
    const order = run % 2 === 0 ? "seeded" : "free";
    const seed = Math.floor(run / 2);
    const found = `run on ${where}, ${order} order, seed ${seed}`;
    progress(found);
    await breathe();
    const attempt = await runOnce(model, seed, order, open(run));
    take(evidence, attempt);
    const finding = findingOf(attempt, found);
    if (finding !== null) return { finding, runs: run + 1, replayed: run };
    const violation = replayOnce(model, attempt.log);
    if (violation === null) continue;
    const difference = { violation, found: `${found}, replayed`, records: attempt.log.records };
    return { finding: difference, runs: run + 1, replayed: run };
  }
  return { finding: null, runs: count, replayed: count };
}

/**
 * Every mutant must break the property that the model says, within some seeds. Those that only a
 * check can notice are left to `blockgraph mutants`, and named.
 */
export async function catchMutants({
  model,
  plan,
  progress,
}: Verification): Promise<Pick<Receipt, "mutants" | "leftToCheck">> {
  const results: Receipt["mutants"] = [];
  const left = model.mutants.filter((mutant) => isLeftToCheck(model, mutant));
  for (const mutant of model.mutants) {
    if (left.includes(mutant)) continue;
    const { name, caughtBy } = mutant;
    let caught: number | null = null;
    let seed = 0;
    for (; seed < plan.mutantSeeds && caught === null; seed++) {
      progress(`mutant ${name}, seed ${seed}`);
      await breathe();
      const { violations } = simulateOnce(model, seededSchedule(seed), mutant);
      if (violations.some(({ property }) => property === caughtBy)) caught = seed;
    }
    results.push({ name, caughtBy, seed: caught, seeds: seed });
  }
  return { mutants: results, leftToCheck: left.map(({ name }) => name) };
}

function take(evidence: Evidence, { session, log }: Attempt): void {
  if (session !== null) evidence.add(session.monitor);
  for (const { kind } of log.records) {
    if (kind === "io") evidence.requests += 1;
    else if (kind === "step" || kind === "fault") evidence.steps += 1;
  }
}

function findingOf({ violations, log }: Attempt, found: string): Finding | null {
  const [violation] = violations;
  return violation === undefined ? null : { violation, found, records: log.records };
}
