/**
 * `blockgraph conform`: does blockgraph judge graph commands as a real QEMU does?
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isatty } from "node:tty";
import { type Command, Option } from "commander";
import { DRIVERS } from "../drivers/registry.ts";
import { BlockgraphError } from "../error.ts";
import type { CommandContext } from "../graph/command.ts";
import { profile } from "../graph/profile.ts";
import { fileAction } from "../log/file-problem.ts";
import { compareRecorded } from "../qemu/compare.ts";
import { ImageFolder } from "../qemu/image-folder.ts";
import type { Pick } from "../qemu/random-names.ts";
import {
  compareLive,
  type LiveOutcome,
  type LiveSide,
  replayLive,
} from "../qemu/random-sequence.ts";
import { parseRecorded } from "../qemu/recorded.ts";
import { smallest } from "../qemu/shrink.ts";
import { requireVersion } from "../qemu/version.ts";
import {
  type ConformReceipt,
  conformLines,
  conformReceiptSchema,
  type RandomResult,
  type RecordedResult,
} from "../report/conform/receipt.ts";
import { QEMU_VERSIONS, type QemuVersion } from "../vocabulary.ts";
import { wholeNumber } from "./arguments.ts";
import { conformModels } from "./conform/conform-models.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { print, printJson, progress, warn } from "./terminal.ts";

const DAEMON = "qemu-storage-daemon";
const USUAL_SEED = 1;
const USUAL_LOGS = 5;
/** Commands of a random sequence. */
const LONGEST = 30;
const NUMBERS_MAX = 0xff_ffff;
/** ms; a daemon that hangs is met again and again while its script shrinks. */
const PATIENCE_WHILE_SHRINKING = 4_000;
/** Sequences after which there is a line of progress where there is no terminal. */
const SEQUENCES_A_LINE = 250;

interface Options {
  readonly cases?: readonly string[];
  readonly random?: number;
  readonly models?: true | readonly string[];
  readonly logs: number;
  readonly seed: number;
  readonly qemu: QemuVersion;
  readonly binary?: string;
  readonly reports: string;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Compares blockgraph's verdicts on graph commands with QEMU's: accepted or refused, the " +
        "exact text, and the permissions of every edge. Recorded verdicts need no QEMU; random " +
        "sequences are sent to a qemu-storage-daemon as well, and a difference is shrunk to the " +
        "smallest script that shows it. Simulations of models are replayed on a machine, which " +
        "leaves reports/MODEL/qemu.json.",
    )
    .option("--cases <file...>", "files of recorded verdicts")
    .option("--random <n>", "random sequences to compare live", wholeNumber(1))
    .option("--models [name...]", "simulations of models to replay (default: all models)")
    .option("--logs <n>", "simulations of each model to replay", wholeNumber(1), USUAL_LOGS)
    .option("--seed <n>", "seed of the random sequences", wholeNumber(0), USUAL_SEED)
    .addOption(
      new Option("--qemu <version>", "whose rules")
        .choices([...QEMU_VERSIONS])
        .default(QEMU_VERSIONS[0]),
    )
    .option("--binary <path>", `QEMU to compare with (default: ${DAEMON}, or a machine)`)
    .option("--reports <folder>", "where receipt.json goes", "reports")
    .option("--json", "print the receipt as JSON")
    .addHelpText("after", HELP)
    .action(async (options: Options) => {
      process.exitCode = await conform(options);
    });
}

const HELP = `
Examples:
  $ echo '[{"id":"A","title":"a name","steps":[{"cmd":"blockdev-add",' > cases.json
  $ echo '"args":{"driver":"null-co","node-name":"n"},"result":"ok"}]}]' >> cases.json
  $ blockgraph conform --cases cases.json

With Debian's qemu-system-common and qemu-utils installed:
  blockgraph conform --random 300 --seed 7

With Debian's qemu-system-x86 and qemu-utils installed:
  blockgraph conform --models fleecing

${EXIT_HELP}`;

async function conform(options: Options): Promise<ExitCode> {
  const began = performance.now();
  const context = { drivers: DRIVERS, profile: profile(`qemu-${options.qemu}`) };
  const { cases, random: sequences, models } = options;
  if (cases === undefined && sequences === undefined && models === undefined) {
    throw new BlockgraphError(
      "bad-argument",
      "there is nothing to compare; give --cases FILE, or --random N or --models with a QEMU " +
        "installed",
    );
  }
  if (models !== undefined) {
    if (cases === undefined && sequences === undefined) return conformModels(models, options);
    throw new BlockgraphError("bad-argument", "--models stands alone; leave --cases and --random");
  }
  const recorded = (options.cases ?? []).map((path) => recordedResult(path, context));
  const random = options.random === undefined ? null : await randomResult(options, context);
  const receipt: ConformReceipt = {
    kind: "conform",
    profile: context.profile.name,
    ok: recorded.every(({ differences }) => differences.length === 0) && !random?.difference,
    recorded,
    random,
    seconds: (performance.now() - began) / 1000,
  };
  const document = conformReceiptSchema.parse(receipt);
  const folder = join(options.reports, "conform");
  fileAction(folder, "cannot be written", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "receipt.json"), `${JSON.stringify(document, null, 2)}\n`);
  });
  if (options.json) printJson(document);
  else for (const line of conformLines(receipt)) print(line);
  return receipt.ok ? EXIT.ok : EXIT.violated;
}

function recordedResult(path: string, context: CommandContext): RecordedResult {
  const bytes = fileAction(path, "cannot be read", () => readFileSync(path));
  const sequences = parseRecorded(bytes, path);
  const compared = sequences.map((each) => ({ each, result: compareRecorded(each, context) }));
  const agreed = compared.flatMap(({ result }) => (result.kind === "agreed" ? [result] : []));
  return {
    path,
    sequences: sequences.length,
    commands: agreed.reduce((sum, { commands }) => sum + commands, 0),
    agreed: agreed.length,
    aborted: agreed.filter(({ aborted }) => aborted).length,
    skipped: compared.flatMap(({ each, result }) =>
      result.kind === "skipped" ? [{ name: each.name, missing: result.missing }] : [],
    ),
    differences: compared.flatMap(({ each, result }) => {
      if (result.kind !== "differs") return [];
      const { step, ours, theirs } = result;
      return [{ name: each.name, step, ours, theirs }];
    }),
  };
}

/** Loaded only here: no other command needs it. */
async function randomResult(options: Options, context: CommandContext): Promise<RandomResult> {
  const { default: fc } = await import("fast-check");
  const { seed, random: numRuns = 0 } = options;
  // Daemons work in folders of their own, from which a relative path would lead elsewhere.
  const { binary: given = DAEMON } = options;
  const binary = given.includes("/") ? resolve(given) : given;
  const qemu = `QEMU ${requireVersion(binary, DAEMON, options.qemu)}`;
  const images = new ImageFolder();
  const side = { binary, images, context };
  const began = performance.now();
  const sum = { sequences: 0, commands: 0, refused: 0, aborted: 0 };
  const found: { outcome: LiveOutcome | null } = { outcome: null };
  const number = fc.nat(NUMBERS_MAX);
  const picks: import("fast-check").Arbitrary<Pick[]> = fc.array(
    fc.tuple(number, number, number, number),
    { minLength: 1, maxLength: LONGEST, size: "max" },
  );
  try {
    const result = await fc.check(
      fc.asyncProperty(picks, async (sequence) => {
        const outcome = await compareLive(sequence, side);
        if (outcome.difference !== null) {
          found.outcome = outcome;
          return false;
        }
        sum.sequences++;
        sum.commands += outcome.commands.length;
        sum.refused += outcome.refused;
        sum.aborted += outcome.aborted ? 1 : 0;
        showProgress(sum, numRuns, began);
        return true;
      }),
      { seed, numRuns, endOnFailure: true },
    );
    // It counts what went wrong in a sequence as a difference: but it says nothing about QEMU.
    if (result.failed && found.outcome === null) throw result.errorInstance;
    return { qemu, seed, ...sum, difference: await shrunk(found.outcome, side) };
  } finally {
    images.remove();
  }
}

/** The smallest script that shows a difference; null: there was none. */
async function shrunk(
  outcome: LiveOutcome | null,
  side: LiveSide,
): Promise<RandomResult["difference"]> {
  if (outcome === null) return null;
  progress("a difference; looking for the smallest script that shows it");
  const patient = { ...side, patience: PATIENCE_WHILE_SHRINKING };
  const { commands, difference } = await smallest(outcome, (each) => replayLive(each, patient));
  return difference === null ? null : { ...difference, commands: [...commands] };
}

/** Where there is no terminal, a line now and then tells that it goes on. */
function showProgress(
  { sequences, commands, refused, aborted }: Omit<RandomResult, "qemu" | "seed" | "difference">,
  all: number,
  began: number,
): void {
  const rate = sequences / ((performance.now() - began) / 1000);
  const text =
    `${sequences} of ${all} sequences, ${commands} commands, ${refused} refused, ` +
    `${aborted} aborts predicted, 0 differences, ${rate.toFixed(1)} sequences/s`;
  if (!isatty(2) && sequences % SEQUENCES_A_LINE === 0) warn(text);
  else progress(text);
}
