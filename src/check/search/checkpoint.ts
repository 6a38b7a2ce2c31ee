/**
 * Checkpoints: what a search needs to go on after a break, in a folder.
 *
 * A checkpoint is taken between two rounds, when nothing is on its way between threads. What
 * follows from there depends on its contents only, so a search that goes on from one counts and
 * finds what it would have found undisturbed, with any number of threads. A new checkpoint is
 * written beside the old one, which is removed only after the new one is in place.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BlockgraphError } from "../../error.ts";
import type { Kernel } from "../kernel.ts";
import { readChunk, writeChunks } from "./checkpoint-chunks.ts";
import { lockFolder } from "./checkpoint-lock.ts";
import {
  type CheckpointSubject,
  codeDigest,
  isOfOtherVersion,
  MANIFEST,
  MANIFEST_HEAD,
  type Manifest,
  manifestText,
  parseManifest,
} from "./checkpoint-manifest.ts";
import type { Engine, Shared } from "./engine.ts";
import { PAGE, PARTITIONS } from "./layout.ts";
import { LEVEL, mergedNotes } from "./notes.ts";
import { at, stateCount } from "./store.ts";

/** A checkpoint that a search can go on from. */
export interface Checkpoint {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Looks at a checkpoint, but not yet at its states.
 * @throws BlockgraphError `checkpoint-unusable`: there is none, it is damaged, or of another search
 */
export function openCheckpoint(
  folder: string,
  subject: CheckpointSubject,
  kernel: Kernel,
): Checkpoint {
  const text = manifestIn(folder);
  if (isOfOtherVersion(text)) throw ofOtherVersion(folder);
  const manifest = parseManifest(text);
  if (manifest === null) {
    throw unusable(`${join(folder, MANIFEST)} is cut off, altered, or no checkpoint`, BEGIN_ANEW);
  }
  const { program } = manifest.subject;
  if (program !== subject.program) {
    throw unusable(
      `the checkpoint in ${folder} is of another model, or of other bounds or properties`,
      "give the ones that it was made with, or leave --resume out",
    );
  }
  const method = methodText(manifest.subject);
  if (method !== methodText(subject)) {
    throw unusable(
      `the checkpoint in ${folder} was made with ${method}`,
      "give the same, or leave --resume out",
    );
  }
  if (manifest.code !== codeDigest(kernel)) throw ofOtherVersion(folder);
  return { folder, manifest };
}

function ofOtherVersion(folder: string): BlockgraphError {
  const problem = `the checkpoint in ${folder} was made by another version of blockgraph`;
  return unusable(problem, BEGIN_ANEW);
}

const BEGIN_ANEW = "leave --resume out to begin anew";

function manifestIn(folder: string): string {
  try {
    return readFileSync(join(folder, MANIFEST), "utf8");
  } catch (error) {
    if (!isMissing(error)) throw unusable(`${folder} cannot be read: ${textOf(error)}`, BEGIN_ANEW);
    const remedy = "give the folder that --checkpoint named, or leave --resume out";
    throw unusable(`there is no checkpoint in ${folder}`, remedy);
  }
}

/**
 * Makes sure that checkpoints can be kept in a folder, that none is lost there, and that nobody
 * else keeps any there until it is given back.
 * @param resumed the folder whose checkpoint is gone on from, or null
 * @returns gives the folder back
 * @throws BlockgraphError `checkpoint-unusable`
 */
export function claimFolder(folder: string, resumed: string | null): () => void {
  const locked = locking(folder);
  if (typeof locked === "number") {
    throw unusable(
      `process ${locked} keeps its checkpoints in ${folder}`,
      `wait for it, or name another folder`,
    );
  }
  if (!existsSync(join(folder, MANIFEST))) return locked;
  if (resumed !== null && realpathSync(resumed) === realpathSync(folder)) return locked;
  locked();
  throw unusable(
    `${folder} has a ${MANIFEST} already, and it would be lost`,
    `go on from it with --resume ${folder}, or name another folder, or remove it`,
  );
}

function locking(folder: string): ReturnType<typeof lockFolder> {
  try {
    mkdirSync(folder, { recursive: true });
    return lockFolder(folder);
  } catch (error) {
    throw unusable(
      `checkpoints cannot be kept in ${folder}: ${textOf(error)}`,
      "name a folder that can be written to",
    );
  }
}

/**
 * Writes where a search is, and then removes the checkpoint before. The search stands still.
 * @throws BlockgraphError `checkpoint-unusable` if it cannot be written; the one before is whole
 */
export async function writeCheckpoint(
  folder: string,
  subject: CheckpointSubject,
  kernel: Kernel,
  shared: Shared,
): Promise<void> {
  try {
    const before = statesFiles(await readdir(folder));
    try {
      const generation = 1 + Math.max(0, ...before.map(generationOf));
      const chunks = await writeChunks(folder, generation, shared.store);
      const manifest = { ...MANIFEST_HEAD, subject, ...factsOf(kernel, shared), chunks };
      await replaceManifest(folder, manifestText(manifest));
    } catch (error) {
      await removeUnfinished(folder, before);
      throw error;
    }
    for (const name of before) await rm(join(folder, name), { force: true });
  } catch (error) {
    throw unusable(
      `a checkpoint cannot be written to ${folder}: ${textOf(error)}`,
      "make room there, or name another folder",
    );
  }
}

/**
 * Removes what was begun after a checkpoint, so that a full disk has room again for the next one.
 * @param before the files of states that were there, which are left alone
 */
async function removeUnfinished(folder: string, before: readonly string[]): Promise<void> {
  try {
    const begun = statesFiles(await readdir(folder)).filter((name) => !before.includes(name));
    for (const name of [...begun, FRESH]) await rm(join(folder, name), { force: true });
  } catch {
    // What could not be written is the problem to tell of; the next one to be written removes this.
  }
}

/**
 * Removes the checkpoint from a folder, if it has one, and nothing else.
 * @throws BlockgraphError `checkpoint-unusable` if it cannot
 */
export async function removeCheckpoint(folder: string): Promise<void> {
  try {
    for (const name of [MANIFEST, FRESH, ...statesFiles(await readdir(folder))]) {
      await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    const problem = `the checkpoint in ${folder} is of no use any more, and cannot be removed`;
    throw unusable(`${problem}: ${textOf(error)}`, "remove it yourself");
  }
}

/** A manifest that is not in place yet. */
const FRESH = `${MANIFEST}.new`;
const STATES_FILE = /^states-(\d+)-\d+[.]bin$/;

function statesFiles(names: readonly string[]): string[] {
  return names.filter((name) => STATES_FILE.test(name));
}

function generationOf(name: string): number {
  return Number(STATES_FILE.exec(name)?.[1] ?? 0);
}

/** Puts it in place at once, so that whoever reads it sees the old one or the new one. */
async function replaceManifest(folder: string, text: string): Promise<void> {
  const fresh = join(folder, FRESH);
  const handle = await open(fresh, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, join(folder, MANIFEST));
}

function factsOf(kernel: Kernel, shared: Shared) {
  const { store, tallies, control, levels } = shared;
  const level = at(control, LEVEL);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    code: codeDigest(kernel),
    states: stateCount(store),
    transitions: sum(tallies.map(({ counts }) => at(counts, 0))),
    level,
    levels: [...levels.subarray(0, level + 1)],
    judged: kernel.properties.map((_, property) =>
      sum(tallies.map(({ judged }) => at(judged, property))),
    ),
    covered: Array.from({ length: kernel.coverage }, (_, item) => item).filter((item) =>
      tallies.some(({ covered }) => covered[item] === 1),
    ),
    notes: mergedNotes(
      kernel,
      store,
      tallies.map(({ notes }) => notes),
    ),
    ends: [...store.ends],
    levelEnds: [...store.levelEnds],
    nexts: [...store.nexts],
    pageCounts: [...store.pageCounts],
  };
}

/**
 * Puts a search, which must not have begun, to where the checkpoint was taken.
 *
 * @param engine of the thread that calls it
 * @throws BlockgraphError `checkpoint-unusable` for damaged states, or `memory-exhausted`
 */
export async function restoreCheckpoint(
  { folder, manifest }: Checkpoint,
  shared: Shared,
  engine: Engine,
): Promise<void> {
  const { store, control, levels } = shared;
  const tally = shared.tallies[0];
  if (tally === undefined) throw new RangeError("a search without a thread");
  requireRoom(folder, manifest, shared);
  control[LEVEL] = manifest.level;
  levels.set(manifest.levels);
  tally.counts[0] = manifest.transitions;
  tally.judged.set(manifest.judged);
  for (const item of manifest.covered) tally.covered[item] = 1;
  tally.notes.set(manifest.notes);
  store.levelEnds.set(manifest.levelEnds);
  store.nexts.set(manifest.nexts);
  for (const chunk of manifest.chunks) {
    for (let partition = chunk.first; partition < chunk.end; partition++) {
      engine.reserve(partition, at(manifest.ends, partition));
    }
    if (!(await wholeChunk(folder, chunk, shared))) {
      throw unusable(`${join(folder, chunk.file)} is cut off, altered, or missing`, BEGIN_ANEW);
    }
    for (let partition = chunk.first; partition < chunk.end; partition++) {
      engine.index(partition, at(manifest.pageCounts, partition));
    }
  }
}

async function wholeChunk(folder: string, chunk: Manifest["chunks"][number], { store }: Shared) {
  try {
    return await readChunk(folder, chunk, store);
  } catch (error) {
    if (isMissing(error)) return false;
    throw unusable(`${join(folder, chunk.file)} cannot be read: ${textOf(error)}`, BEGIN_ANEW);
  }
}

function requireRoom(folder: string, { ends, pageCounts }: Manifest, { store }: Shared): void {
  const { block, memory } = store.layout;
  let integers = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const states = at(ends, partition) - 1;
    const blocks = states === 0 ? 0 : Math.ceil((states + 1) / PAGE);
    integers += blocks * block + at(pageCounts, partition) * PAGE;
  }
  if (integers * 4 <= memory) return;
  const needed = `${Math.ceil((integers * 4) / 2 ** 20)}M`;
  throw new BlockgraphError(
    "memory-exhausted",
    `the states of the checkpoint in ${folder} take ${needed}, more than may be used; ` +
      `give --memory with more than ${needed}`,
  );
}

/** `--symmetry on --por off --coverage on` */
function methodText({ symmetry, partialOrder, coverage }: CheckpointSubject): string {
  const switches = { symmetry, por: partialOrder, coverage };
  return Object.entries(switches)
    .map(([name, on]) => `--${name} ${on ? "on" : "off"}`)
    .join(" ");
}

function unusable(problem: string, remedy: string): BlockgraphError {
  return new BlockgraphError("checkpoint-unusable", `${problem}; ${remedy}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
