/**
 * Runs a model on the images of a folder, as the `run` command does, and replays the log that the
 * run left in that folder.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { DumpFiles } from "../../src/cli/dump-files.ts";
import { fitImages } from "../../src/cli/fit-images.ts";
import { readLog } from "../../src/log/reader.ts";
import type { LogRecord } from "../../src/log/record.ts";
import { LogWriter } from "../../src/log/writer.ts";
import { closeImages, imagesInFolder } from "../../src/run/image-set.ts";
import { runModel } from "../../src/run/run-model.ts";
import { replayInSimulation } from "../../src/simulate/replay.ts";
import type { Model } from "../../src/system/model.ts";
import { rehearse } from "../../src/system/rehearse.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import type { Session } from "../../src/system/session.ts";
import { withRandomRequests } from "../../src/system/with-random-requests.ts";
import { ALL_PROPERTIES, startOf } from "../properties/judge.ts";
import { copyImage } from "../support/qemu-tools.ts";

export interface FolderRun {
  readonly order: "free" | "seeded";
  readonly seed: number;
  /** random requests to be added; default none */
  readonly requests?: number;
  /** how many of them are in flight */
  readonly depth?: number;
}

/** The file that the log of a run is in. */
const logOf = (folder: string) => join(folder, "run.jsonl");

/** The copy of the disk that is made before a run. */
export const beforeOf = (folder: string) => join(folder, "before.raw");

/**
 * Runs the model on what is in the folder, every property watching. Beside the images the folder
 * then has the model's dumps, the log, and a copy of the disk as it was before.
 */
export async function runInFolder(
  model: Model,
  folder: string,
  { order, seed, requests, depth }: FolderRun,
): Promise<Session> {
  copyImage(join(folder, "disk.raw"), beforeOf(folder));
  const fitted = fitImages(model, folder);
  const busy = requests === undefined ? fitted : withRandomRequests(fitted, requests, depth ?? 8);
  const lengths = rehearse(busy);
  const dumps = new DumpFiles(
    new Map([...lengths.keys()].map((name) => [name, join(folder, name)])),
    false,
  );
  const log = LogWriter.create(logOf(folder), { fsync: "never" });
  const images = imagesInFolder(folder, busy.images);
  try {
    const session = await runModel(busy, {
      images,
      properties: ALL_PROPERTIES,
      mutant: null,
      order,
      schedule: seededSchedule(seed),
      sink: log,
      dumped: (name, offset, piece) => dumps.receive(name, offset, piece),
    });
    const missing = dumps.finish(lengths).map((dump) => dump.missing);
    expect(missing, "bytes that could not be dumped").toEqual(missing.map(() => 0));
    return session;
  } finally {
    closeImages(images);
    dumps.close();
    log.close();
  }
}

/** Requires that the session violated nothing, and that these properties had something to judge. */
export function requireHolds(session: Session, properties: readonly string[]): void {
  const { judged, violations } = session.monitor;
  expect(violations).toEqual([]);
  const idle = properties.filter((name) => (judged.get(name) ?? 0) === 0);
  expect(idle, "properties that had nothing to judge").toEqual([]);
}

/** The records of the folder's log. */
export function recordsOf(folder: string): LogRecord[] {
  return readLog(logOf(folder)).records;
}

/**
 * Requires that the folder's log replays in the simulator, byte for byte, and that the simulator's
 * images end up as the folder's.
 */
export function requireReplays(folder: string): void {
  const records = recordsOf(folder);
  const start = startOf(records);
  const large = start.images.filter(({ extents }) => extents === null);
  const { simulation, derived } = replayInSimulation(start, records, {
    properties: ALL_PROPERTIES,
    mutants: [],
    images: new Map(
      large.map(({ filename }) => {
        expect(filename, "only the disk may be too large for the log").toBe("disk.raw");
        return [filename, fs.readFileSync(beforeOf(folder))];
      }),
    ),
  });
  const digests = records.filter((record) => record.kind === "done" && record.digest);
  expect(digests.length).toBeGreaterThan(0);
  expect(derived.text() === fs.readFileSync(logOf(folder), "utf8"), "the same log").toBe(true);
  for (const [filename, { content }] of simulation.images) {
    const onDisk = fs.readFileSync(join(folder, filename));
    expect(Buffer.compare(onDisk, content), `${filename} as in the simulator`).toBe(0);
  }
}
