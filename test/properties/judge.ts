/**
 * Runs a random design in an interpreter and says what is wrong with it, with everything needed to
 * look at it again: the log in a file, and the command that replays it.
 */
import fs from "node:fs";
import { join } from "node:path";
import { PROPERTIES } from "../../properties/index.ts";
import { pointsAreOne } from "../../properties/points-are-one.ts";
import type { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogRecord } from "../../src/log/record.ts";
import { replayInSimulation } from "../../src/simulate/replay.ts";
import type { Session } from "../../src/system/session.ts";
import type { StartBody } from "../../src/system/start.ts";

/** Of points in time of several disks only a design that says so promises that they are one. */
export const ALL_PROPERTIES = [...PROPERTIES.values()].filter(
  ({ name }) => name !== pointsAreOne.name,
);

/** Throws with the violations of a session, after writing its log to reports/failures. */
export function requireHolds(name: string, session: Session, log: MemoryLog): void {
  const [violation] = session.monitor.violations;
  if (violation !== undefined) fail(name, log, `${violation.property}: ${violation.text}`);
}

/** Replays the log in the simulator, where it must come out the same to the byte. */
export function requireReplays(name: string, log: MemoryLog): void {
  const { derived } = replayInSimulation(startOf(log.records), log.records, {
    properties: ALL_PROPERTIES,
    mutants: [],
  });
  if (derived.text() !== log.text()) fail(name, log, "the replay differs from the log");
}

/** The body of the first record. */
export function startOf(records: readonly LogRecord[]): StartBody {
  const [first] = records;
  if (first?.kind !== "start") throw new Error("a log begins with a start record");
  const { v: _v, seq: _seq, prev: _prev, ...start } = first;
  return start;
}

function fail(name: string, log: MemoryLog, problem: string): never {
  const folder = join("reports", "failures");
  fs.mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.jsonl`);
  fs.writeFileSync(path, log.text());
  throw new Error(`${problem}\nreplay it with: npx blockgraph replay ${path} --on sim`);
}
