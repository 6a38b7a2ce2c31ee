/**
 * A check that was broken off, again and again, comes to the same result as one that was not; and
 * whatever is not exactly the checkpoint of the same check is refused.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SKETCHES } from "../../../models/sketches.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { type CheckOptions, startCheck } from "../../../src/check/check.ts";
import type { Kernel } from "../../../src/check/kernel.ts";
import { lowerSketch } from "../../../src/check/lower/sketch.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { CheckResult } from "../../../src/check/result.ts";
import { openCheckpoint } from "../../../src/check/search/checkpoint.ts";
import { MANIFEST } from "../../../src/check/search/checkpoint-manifest.ts";
import {
  type SearchOptions,
  type SearchResult,
  startSearch,
} from "../../../src/check/search/search.ts";
import { BlockgraphError } from "../../../src/error.ts";
import { designOf, mutateDesign } from "../../../src/system/sketch.ts";
import { scratchFolder } from "../../cli/blockgraph.ts";
import { yardstickKernel } from "./yardstick.ts";

/** The yardstick with two values, as a user checks it. */
function fleece(clusters: number, guests: number, readers: number, mutant?: string): Program {
  const sketch = SKETCHES.get("fleece");
  if (sketch === undefined) throw new Error("there is no yardstick");
  const sound = designOf(sketch, { clusters, guests, readers, values: 2 });
  const change = sketch.mutants.find(({ name }) => name === mutant);
  const design = change === undefined ? sound : mutateDesign(sound, change);
  const watched = [...PROPERTIES.values()].filter(({ name }) => sketch.properties.includes(name));
  return lowerSketch(design, watched);
}

/** bytes: a search reserves what it may use */
const MEMORY = 2 ** 28;

const OPTIONS: CheckOptions = {
  ...{ symmetry: false, coverage: true, liveness: "off", threads: 1 },
  ...{ maxStates: null, maxDepth: null, memory: MEMORY },
  ...{ walk: null, checkpoint: null, resume: null },
};

/** What no break may change: all but what each check did itself, and in how much memory. */
type Outcome = Omit<CheckResult, "peakBytes" | "before">;

/** Checks to the end, whichever that is. */
async function check(program: Program, options: Partial<CheckOptions>): Promise<Outcome> {
  const started = startCheck(program, { ...OPTIONS, ...options });
  try {
    while (await started.advance());
    await started.keep();
    const { peakBytes, before, ...outcome } = started.result();
    expect(peakBytes).toBeGreaterThan(0);
    expect(before === null).toBe((options.resume ?? null) === null);
    return outcome;
  } finally {
    await started.close();
  }
}

/** Where it is broken off, and with how many threads it gets there. */
const legs = fc.array(
  fc.record({
    threads: fc.integer({ min: 1, max: 3 }),
    limit: fc.oneof(
      fc.record({ maxStates: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ maxDepth: fc.integer({ min: 1, max: 23 }) }),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Checks in legs, each from the checkpoint of the one before, the last one without a limit. */
async function checkInLegs(
  program: Program,
  options: Partial<CheckOptions>,
  stops: readonly Partial<CheckOptions>[],
): Promise<Outcome> {
  const folder = scratchFolder();
  let resume: string | null = null;
  for (const stop of stops) {
    const result = await check(program, { ...options, ...stop, resume, checkpoint: folder });
    if (result.stopped === null) return result;
    resume = folder;
  }
  return check(program, { ...options, resume, checkpoint: folder });
}

describe("a check in legs", () => {
  test.each([
    ["fleece 2,2,2,2", fleece(2, 2, 2), 2482, 11_640],
    ["fleece 3,2,2,2", fleece(3, 2, 2), 18_140, 93_264],
  ])("of %s gives the result of one that was not broken off", async (_, program, states, steps) => {
    const whole = await check(program, {});
    expect(whole).toMatchObject({ complete: true, states, transitions: steps });
    await fc.assert(
      fc.asyncProperty(legs, async (stops) => {
        const options = stops.map(({ threads, limit }) => ({ threads, ...limit }));
        expect(await checkInLegs(program, {}, options)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  test("is the same up to symmetry", async () => {
    const program = fleece(4, 3, 2);
    const whole = await check(program, { symmetry: true });
    expect(whole).toMatchObject({ complete: true, states: 8908 });
    const stops = [{ maxDepth: 5 }, { maxStates: 5000 }, { maxDepth: 30 }];
    expect(await checkInLegs(program, { symmetry: true }, stops)).toEqual(whole);
  });

  test("finds the same shortest trace", async () => {
    const program = fleece(3, 2, 2, "guest-does-not-drain");
    const whole = await check(program, {});
    expect(whole.findings.map(({ trace }) => trace.steps.length)).toEqual([7]);
    expect(await checkInLegs(program, {}, [{ maxDepth: 2 }, { maxDepth: 6 }])).toEqual(whole);
  });

  test("in the middle of levels, and with other numbers of threads", async () => {
    const program = fleece(4, 3, 2);
    const stops = [
      { maxStates: 300_000 },
      { maxStates: 500_000, threads: 2 },
      { maxStates: 700_000, threads: 1 },
      { maxStates: 900_000, threads: 3 },
    ];
    const result = await checkInLegs(program, {}, stops);
    expect(result).toMatchObject({ complete: true, states: 1_377_392, transitions: 9_029_536 });
    expect(result.depth).toBe(31);
  });

  test("leaves no checkpoint when it is decided, and what it went on from if told so", async () => {
    const [program, folder] = [fleece(2, 2, 2), scratchFolder()];
    await check(program, { maxDepth: 9, checkpoint: folder });
    expect(readdirSync(folder)).toEqual([MANIFEST, "states-1-0.bin"]);
    await check(program, { maxDepth: 12, checkpoint: folder, resume: folder });
    expect(readdirSync(folder)).toEqual([MANIFEST, "states-2-0.bin"]);
    await check(program, { resume: folder });
    expect(readdirSync(folder)).toEqual([MANIFEST, "states-2-0.bin"]);
    await check(program, { resume: folder, checkpoint: folder });
    expect(readdirSync(folder)).toEqual([]);
  });
});

const SUBJECT = {
  ...{ program: "0123456789abcdef", symmetry: false, partialOrder: false, coverage: true },
};

/** Searches on, and at every `save`th piece of news keeps a checkpoint. */
async function search(
  kernel: Kernel,
  options: Partial<SearchOptions>,
  folder?: string,
): Promise<Omit<SearchResult, "peakBytes" | "before">> {
  const started = startSearch(kernel, { threads: 1, memory: MEMORY, ...options });
  try {
    while (await started.advance()) if (folder !== undefined) await started.save(folder, SUBJECT);
    const { peakBytes, before, ...outcome } = started.result();
    expect(peakBytes).toBeGreaterThan(0);
    expect(before === null).toBe((options.resume ?? null) === null);
    return outcome;
  } finally {
    await started.close();
  }
}

describe("a search", () => {
  const kernel = yardstickKernel({ clusters: 4, guests: 3, readers: 2, values: 2 });

  test.each([1, 2, 3])("of %d threads is not disturbed by what it keeps", async (threads) => {
    const folder = scratchFolder();
    const whole = await search(kernel, { threads });
    expect(whole).toMatchObject({ complete: true, states: 1_377_392, transitions: 9_029_536 });
    expect(await search(kernel, { threads }, folder)).toEqual(whole);
    // What is left is how far it was when it last stood still, and others go on from it.
    for (const others of [1, 2]) {
      const resume = openCheckpoint(folder, SUBJECT, kernel);
      expect(resume.manifest.states).toBeGreaterThan(2 ** 17);
      expect(await search(kernel, { threads: others, resume })).toEqual(whole);
    }
  });

  test("takes what it has noted along", async () => {
    const mutant = yardstickKernel({
      ...{ clusters: 3, guests: 2, readers: 2, values: 2, drains: false },
    });
    const whole = await search(mutant, { everyProperty: true });
    const folder = scratchFolder();
    const started = startSearch(mutant, {
      threads: 1,
      memory: MEMORY,
      everyProperty: true,
      maxDepth: 12,
    });
    while (await started.advance());
    await started.save(folder, SUBJECT);
    const resume = openCheckpoint(folder, SUBJECT, mutant);
    expect(resume.manifest.notes.filter((number) => number > 0)).not.toEqual([]);
    expect(await search(mutant, { everyProperty: true, resume })).toEqual(whole);
  });

  test("keeps the checkpoint before when a new one cannot be written", async () => {
    const folder = scratchFolder();
    const started = startSearch(kernel, { threads: 2, memory: MEMORY, maxStates: 200_000 });
    await started.save(folder, SUBJECT);
    mkdirSync(join(folder, `${MANIFEST}.new`));
    while (await started.advance());
    await expect(started.save(folder, SUBJECT)).rejects.toThrow(/cannot be written .*; make room/);
    await started.close();
    // On a full disk, what was begun would keep the next one from being written.
    expect(readdirSync(folder)).toEqual([MANIFEST, `${MANIFEST}.new`, "states-1-0.bin"]);
    const resume = openCheckpoint(folder, SUBJECT, kernel);
    expect(resume.manifest.states).toBe(1);
    expect(await search(kernel, { resume })).toMatchObject({ states: 1_377_392 });
    rmSync(join(folder, `${MANIFEST}.new`), { recursive: true });
    expect(await search(kernel, { resume, maxStates: 300_000 }, folder)).toMatchObject({
      stopped: "max-states",
    });
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

/** A folder with a checkpoint of the yardstick with 3,2,2,2, taken half-way. */
async function keptFolder(): Promise<{ program: Program; folder: string }> {
  const [program, folder] = [fleece(3, 2, 2), scratchFolder()];
  await check(program, { maxDepth: 15, checkpoint: folder });
  return { program, folder };
}

/** What a check is refused with: one line, with a remedy. */
async function refusal(program: Program, options: Partial<CheckOptions>): Promise<string> {
  try {
    await check(program, options);
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    expect(error.message).toMatch(/^[^\n]+; [^\n]+$/);
    return `${error.code}: ${error.message}`;
  }
  throw new Error("it was not refused");
}

describe("refused is", () => {
  test("any file that was cut off or altered anywhere", async () => {
    const { program, folder } = await keptFolder();
    const files = readdirSync(folder).map((name) => {
      const path = join(folder, name);
      return { path, whole: readFileSync(path) };
    });
    const damage = fc.record({
      file: fc.nat({ max: files.length - 1 }),
      where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bits: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, where, bits }) => {
        const { path, whole } = files[file] ?? { path: "", whole: Buffer.of() };
        // The line feed at the end of the manifest means nothing.
        const place = Math.floor(where * (whole.length - 1));
        const damaged = Buffer.from(whole);
        damaged.writeUInt8((whole[place] ?? 0) ^ bits, place);
        writeFileSync(path, damaged);
        if (bits === 0) truncateSync(path, place);
        expect(await refusal(program, { resume: folder })).toMatch(
          /^checkpoint-unusable: .* (is cut off, altered, |was made by another version )/,
        );
        writeFileSync(path, whole);
      }),
      { numRuns: 25 },
    );
    expect(await check(program, { resume: folder })).toMatchObject({ states: 18_140 });
  });

  test("states that are missing, or that have grown", async () => {
    const { program, folder } = await keptFolder();
    const states = join(folder, "states-1-0.bin");
    writeFileSync(states, Buffer.concat([readFileSync(states), Buffer.of(0)]));
    expect(await refusal(program, { resume: folder })).toMatch(/states-1-0.bin is cut off, alter/);
    rmSync(states);
    expect(await refusal(program, { resume: folder })).toMatch(/states-1-0.bin is .* missing/);
  });

  test("a folder without a checkpoint", async () => {
    const program = fleece(2, 1, 1);
    const folder = scratchFolder();
    const line = /^checkpoint-unusable: there is no checkpoint in .*; give the folder/;
    expect(await refusal(program, { resume: folder })).toMatch(line);
    expect(await refusal(program, { resume: join(folder, "nowhere") })).toMatch(line);
    writeFileSync(join(folder, "file"), "");
    expect(await refusal(program, { resume: join(folder, "file") })).toMatch(/cannot be read/);
  });

  test.each(["", "{}", "null", '{"kind":"blockgraph-checkpoint","xxh64":"0"}'])(
    "the manifest %j",
    async (text) => {
      const folder = scratchFolder();
      writeFileSync(join(folder, MANIFEST), text);
      expect(await refusal(fleece(2, 1, 1), { resume: folder })).toMatch(/or no checkpoint; leave/);
    },
  );

  test("a checkpoint of another format, which says so itself", async () => {
    const { program, folder } = await keptFolder();
    const path = join(folder, MANIFEST);
    const { v, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...manifest, v: v + 1 }));
    const line = /the checkpoint in .* was made by another version of blockgraph; leave --resume/;
    expect(await refusal(program, { resume: folder })).toMatch(line);
  });

  test("another model, other bounds, another way to count, another program", async () => {
    const { program, folder } = await keptFolder();
    const resume = folder;
    const other = /is of another model, or of other bounds or properties; give the ones/;
    expect(await refusal(fleece(2, 2, 2), { resume })).toMatch(other);
    expect(await refusal(fleece(3, 2, 2, "guest-does-not-drain"), { resume })).toMatch(other);
    const method = /was made with --symmetry off --por off --coverage on; give the same/;
    expect(await refusal(program, { resume, symmetry: true })).toMatch(method);
    expect(await refusal(program, { resume, coverage: false })).toMatch(method);
  });

  test("a checkpoint that other code made", async () => {
    const kernel = yardstickKernel({ clusters: 2, guests: 1, readers: 1, values: 2 });
    const folder = scratchFolder();
    await startSearch(kernel, { threads: 1, memory: MEMORY }).save(folder, SUBJECT);
    const changed = { ...kernel, source: `${kernel.source} ` };
    expect(() => openCheckpoint(folder, SUBJECT, changed)).toThrow(/another version of blockgraph/);
  });

  test("less memory than its states take", async () => {
    const { program, folder } = await keptFolder();
    const line = /^memory-exhausted: .* take \d+M, more than may be used; give --memory with more/;
    expect(await refusal(program, { resume: folder, memory: 2 ** 18 })).toMatch(line);
  });

  test("a folder in which a checkpoint would be lost, or that cannot be", async () => {
    const { program, folder } = await keptFolder();
    const lost = /has a manifest.json already, and it would be lost; go on from it with --resume/;
    expect(await refusal(program, { checkpoint: folder })).toMatch(lost);
    const elsewhere = scratchFolder();
    await check(program, { maxDepth: 3, checkpoint: elsewhere });
    expect(await refusal(program, { checkpoint: elsewhere, resume: folder })).toMatch(lost);
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(await refusal(program, { checkpoint: file })).toMatch(/checkpoints cannot be kept in/);
  });
});
