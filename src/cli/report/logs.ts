/**
 * Logs for the site: those that other commands left, or new ones where there are none and it may
 * take the time.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startCheck } from "../../check/check.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import type { LogRecord } from "../../log/record.ts";
import { type ReadRecords, readRecords } from "../../report/player/read-records.ts";
import type { CaughtMutant, ShownLog } from "../../report/site/site-input.ts";
import { simulateModel } from "../../simulate/simulate-model.ts";
import { isLeftToCheck, type Model, type Mutant } from "../../system/model.ts";
import { seededSchedule } from "../../system/schedule.ts";
import { findChecked } from "../check/find-checked.ts";
import { perform } from "../check/perform.ts";
import { propertiesOf } from "../find.ts";

/** bytes that a search for a counterexample may use */
const MEMORY = 2 ** 29;
/** seeds that are tried where no receipt says with which one something breaks */
const SEEDS = 40;
/** the same for each mutant, of which there are many */
const MUTANT_SEEDS = 8;

/** Searches for the shortest counterexample. @returns null if none was found in time */
export async function quickCheck(
  { name }: Model,
  seconds: number,
  folder: string,
): Promise<ShownLog | null> {
  const { program, writeLog } = findChecked(name).lower(new Map(), null);
  const check = startCheck(program, {
    ...{ symmetry: program.symmetries.length > 0, coverage: false, liveness: "off", threads: 1 },
    ...{ maxStates: null, maxDepth: null, memory: MEMORY },
    ...{ walk: null, checkpoint: null, resume: null },
  });
  await perform(check, { name, timeout: seconds, jsonProgress: false });
  const [finding] = check.result().findings;
  if (finding === undefined || writeLog === null) return null;
  // A trace becomes a log by being written; what is kept is what is read of it.
  const path = join(folder, "trace.jsonl");
  writeLog(path, finding);
  const log = readRecords(path);
  rmSync(path);
  return { log, origin: "the shortest counterexample that a search finds", shortest: true };
}

/** A log in the reports folder; null: there is none. */
export function leftLog(path: string): ReadRecords | null {
  return existsSync(path) ? readRecords(path) : null;
}

/** Simulates until a property breaks; null: none did. */
export function simulateViolation(model: Model) {
  return simulateSeeds(model, null, 0, SEEDS);
}

function simulateSeeds(model: Model, mutant: Mutant | null, first: number, count: number) {
  for (let seed = first; seed < first + count; seed++) {
    const { records, broken } = simulateSeed(model, mutant, seed);
    if (broken !== null) return { seed, log: whole(records.slice(0, broken + 1)) };
  }
  return null;
}

/** A simulation to look at. */
export function simulateSample(model: Model): ShownLog {
  const { records } = simulateSeed(model, null, 0);
  return { log: whole(records), origin: "a simulation with seed 0", shortest: false };
}

/**
 * Mutants that a simulation notices.
 * @param seeds with which they were noticed before, by the mutant's name
 */
export function simulateMutants(model: Model, seeds: ReadonlyMap<string, number>): CaughtMutant[] {
  return model.mutants.flatMap((mutant): CaughtMutant[] => {
    if (isLeftToCheck(model, mutant)) return [];
    const seed = seeds.get(mutant.name);
    const tries = seed === undefined ? MUTANT_SEEDS : 1;
    const found = simulateSeeds(model, mutant, seed ?? 0, tries);
    return found === null ? [] : [{ mutant: mutant.name, ...found }];
  });
}

/** @returns the records, and the number of the one at which a property broke; null: none did */
function simulateSeed(model: Model, mutant: Mutant | null, seed: number) {
  const sink = new MemoryLog();
  const properties = propertiesOf(model);
  try {
    const schedule = seededSchedule(seed);
    const { session } = simulateModel(model, { properties, mutant, schedule, sink });
    const { violations } = session.monitor;
    const broken = violations.find(({ property }) => isWanted(property, mutant));
    return { records: sink.records, broken: broken?.seq ?? null };
  } catch (error) {
    // A mutant may leave requests over, or ask for what a chart cannot do.
    if (mutant === null || !(error instanceof Error)) throw error;
    const last = sink.records.length - 1;
    return { records: sink.records, broken: mutant.caughtBy === "no-deadlock" ? last : null };
  }
}

function isWanted(property: string, mutant: Mutant | null): boolean {
  return mutant === null || mutant.caughtBy === property;
}

function whole(records: readonly LogRecord[]): ReadRecords {
  return { records, lines: [], notices: [] };
}
