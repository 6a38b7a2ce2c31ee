/**
 * `blockgraph run`: a model on real image files.
 *
 * Everything that can be wrong with the command line, the images and the model's requests is found
 * before the first byte is written. Images that exist are used as they are; only the model's own
 * writes change them.
 */
import { join } from "node:path";
import { type Command, Option } from "commander";
import { BlockgraphError } from "../error.ts";
import { LogWriter } from "../log/writer.ts";
import { closeImages, imagesInFolder } from "../run/image-set.ts";
import { runModel } from "../run/run-model.ts";
import type { Model } from "../system/model.ts";
import { rehearse } from "../system/rehearse.ts";
import { seededSchedule } from "../system/schedule.ts";
import { withRandomRequests } from "../system/with-random-requests.ts";
import { SEED_MAX, wholeNumber } from "./arguments.ts";
import { CountingLog } from "./counting-log.ts";
import { DumpFiles } from "./dump-files.ts";
import { EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { requireFree } from "./file-paths.ts";
import { findModel, findMutant, propertiesOf } from "./find.ts";
import { deadlocked, finishSession, isDeadlock, summarise } from "./finish-session.ts";
import { fitImages } from "./fit-images.ts";
import { atExit } from "./leftovers.ts";

interface Options {
  readonly dir?: string;
  readonly order: "free" | "seeded";
  readonly seed: number;
  readonly log?: string;
  readonly dumpView?: string;
  readonly mutant?: string;
  readonly requests?: number;
  readonly depth?: number;
  readonly force?: true;
  readonly json?: true;
}

type WithFolder = Options & { readonly dir: string };

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const order = new Option("--order <kind>", "who decides which answer counts next");
  command
    .description(
      "Runs a model on image files, which are named after their nodes: disk.raw, cache.raw. " +
        "Images that exist are used as they are, those that do not are made.",
    )
    .argument("<model>")
    .option("--dir <folder>", "where the images are, or are to be made (needed)")
    .addOption(order.choices(["free", "seeded"]).default("free"))
    .option("--seed <n>", "seed of requests, faults and order", wholeNumber(0, SEED_MAX), 0)
    .option("--log <file>", "write an event log that replays")
    .option("--dump-view <file>", "where the model's dump goes (default: into the folder)")
    .option("--mutant <name>", "break a driver the way that the model says")
    .option("--requests <n>", "add random requests of guest and readers", wholeNumber(1))
    .option("--depth <n>", "how many of them are in flight (default: 8)", wholeNumber(1, 64))
    .option("--force", "write over existing logs and dumps")
    .option("--json", "print a summary as JSON")
    .addHelpText("after", HELP)
    .action(async (model: string, options: Options) => {
      const { dir } = options;
      if (dir === undefined) {
        throw new BlockgraphError("bad-argument", "run needs --dir FOLDER, where the images go");
      }
      process.exitCode = await run(findModel(model), { ...options, dir });
    });
}

const HELP = `
Examples:
  $ blockgraph run fleecing --dir images
  $ blockgraph run image-fleecing --dir images2 --requests 100 --seed 7 --log run.jsonl
  $ cmp images2/view.raw images2/disk.raw || echo "the disk moved on, the view did not"

${EXIT_HELP}`;

async function run(original: Model, options: WithFolder): Promise<ExitCode> {
  const force = options.force === true;
  const mutant = options.mutant === undefined ? null : findMutant(original, options.mutant);
  const properties = propertiesOf(original);
  const model = prepare(original, options);
  const dumpLengths = rehearse(model);
  const dumpPaths = pathsOfDumps([...dumpLengths.keys()], options);
  requireFree(filesToMake(dumpPaths, options), imagePaths(model, options), force);
  const began = performance.now();
  const images = imagesInFolder(options.dir, model.images);
  const writer =
    options.log === undefined
      ? null
      : LogWriter.create(options.log, { fsync: "close", overwrite: force });
  const closeLog = atExit(() => writer?.close());
  const counts = new CountingLog(writer);
  const dumps = new DumpFiles(dumpPaths, force);
  const facts = {
    kind: "run",
    model: model.name,
    mutant: mutant?.name ?? null,
    order: options.order === "free" ? `free order, seed ${options.seed}` : `seed ${options.seed}`,
    log: options.log ?? null,
  } as const;
  const seconds = () => (performance.now() - began) / 1000;
  const { json, out } = { json: options.json === true, out: "stdout" } as const;
  try {
    const session = await runModel(model, {
      images,
      recordedAs: original,
      properties,
      mutant,
      order: options.order,
      schedule: seededSchedule(options.seed),
      sink: counts,
      dumped: (name, offset, piece) => dumps.receive(name, offset, piece),
    });
    closeImages(images);
    closeLog();
    const dumped = dumps.finish(dumpLengths);
    const summary = summarise(session, counts, { ...facts, dumps: dumped, seconds: seconds() });
    return finishSession(summary, { json, out });
  } catch (error) {
    if (!isDeadlock(error)) throw error;
    closeLog();
    const nothing = { ...facts, dumps: [], seconds: seconds() };
    return finishSession(summarise(deadlocked(error, counts), counts, nothing), { json, out });
  } finally {
    dumps.close();
    closeLog();
  }
}

/** The model with the images that there are and the requests that were asked for. */
function prepare(original: Model, { dir, requests, depth }: WithFolder): Model {
  const fitted = fitImages(original, dir);
  if (requests !== undefined) return withRandomRequests(fitted, requests, depth ?? 8);
  if (depth === undefined) return fitted;
  throw new BlockgraphError("bad-argument", "--depth is of random requests; add --requests N");
}

function pathsOfDumps(
  names: readonly string[],
  { dir, dumpView }: WithFolder,
): Map<string, string> {
  if (dumpView === undefined) return new Map(names.map((name) => [name, join(dir, name)]));
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return new Map([[only, dumpView]]);
  const problem = only === undefined ? "dumps no view" : "dumps several views";
  throw new BlockgraphError("bad-argument", `the model ${problem}; leave --dump-view out`);
}

function filesToMake(dumps: ReadonlyMap<string, string>, { log, dumpView }: Options) {
  const dumpOption = dumpView === undefined ? "folder with --dir" : "file with --dump-view";
  return [
    ...[...dumps.values()].map((path) => ({ path, option: dumpOption })),
    ...(log === undefined ? [] : [{ path: log, option: "file with --log" }]),
  ];
}

function imagePaths({ images }: Model, { dir }: WithFolder): string[] {
  return images.map(({ filename }) => join(dir, filename));
}
