/**
 * The options of `check`, and which of them go together.
 *
 * Whatever would be unsound or senseless is refused here, before anything is computed.
 */
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { BlockgraphError } from "../../error.ts";
import { SEED_MAX, wholeNumber } from "../arguments.ts";
import { hasLimitedAddressSpace } from "./address-space.ts";
import { memorySize } from "./memory-size.ts";

/** How large a model is to be, as commander gives it. */
export interface ParameterOptions {
  readonly clusters?: number;
  readonly guests?: number;
  readonly readers?: number;
  readonly values?: number;
  readonly set: ReadonlyMap<string, number>;
}

/** As commander gives them. */
export interface Options extends ParameterOptions {
  readonly mutant?: string;
  readonly property: readonly string[];
  readonly symmetry?: Switch;
  readonly por?: Switch;
  readonly liveness?: Switch;
  readonly coverage: Switch;
  readonly threads?: number;
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly timeout?: number;
  readonly memory?: number;
  readonly random?: number;
  readonly swarm?: number;
  readonly seed?: number;
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  readonly resume?: string;
  readonly reports: string;
  readonly junit?: string;
  readonly sarif?: string;
  readonly json?: true;
  readonly jsonProgress?: true;
}

type Switch = "on" | "off";

/** Threads that help: two share the memory of one machine well, more were not measured. */
const THREADS_USEFUL = 2;
const THREADS_MAX = 64;

/** s; about four months, and still a number that a timer takes in ms */
const TIMEOUT_MAX = 10_000_000;

/** Steps; a path of so many takes some MB, and a while to be shortened. */
const WALK_DEPTH_MAX = 100_000;

/** Parameters that have an option of their own. */
const PARAMETERS = ["clusters", "guests", "readers", "values"] as const;

/** Adds the options that say how large a model is. */
export function addParameterOptions(command: Command): void {
  for (const name of PARAMETERS) {
    command.option(`--${name} <n>`, `how many ${name} (default: the model's)`, parameterValue);
  }
  const text = "any parameter of the model; repeatable";
  command.option("--set <name=n>", text, nameAndNumber, new Map());
}

/** Adds the options to the command. */
export function addOptions(command: Command): void {
  addParameterOptions(command);
  command
    .option("--mutant <name>", "check the model with one of its mutants")
    .option("--property <name>", "check this property only; repeatable", collect, [])
    .addOption(onOrOff("--symmetry", "count states up to symmetry (default: on)"))
    .addOption(onOrOff("--por", "leave out steps whose order is all the same (default: see below)"))
    .addOption(
      onOrOff("--liveness", "check that what begins ends (default: if there are few states)"),
    )
    .addOption(onOrOff("--coverage", "note which chart transitions are taken").default("on"))
    .option("--threads <n>", threadsText(), wholeNumber(1, THREADS_MAX))
    .option("--max-states <n>", "end undecided soon after so many states are found", wholeNumber(1))
    .option("--max-depth <n>", "end undecided after this many steps", wholeNumber(1))
    .option("--timeout <seconds>", "end undecided after this time", wholeNumber(1, TIMEOUT_MAX))
    .option("--memory <size>", "memory for states, such as 4G (default: 3/4 of what is free)", size)
    .option("--random <n>", "take n walks at random instead of a search", wholeNumber(1))
    .option("--swarm <n>", "take n partial searches instead, each far more work", wholeNumber(1))
    .option("--seed <n>", "seed of the walks (default: 0)", wholeNumber(0, SEED_MAX))
    .option("--checkpoint <folder>", "keep what is needed to go on after a break or a limit")
    .option("--checkpoint-every <seconds>", checkpointEveryText(), wholeNumber(0, TIMEOUT_MAX))
    .option("--resume <folder>", "go on from a checkpoint of the same check")
    .option("--reports <folder>", "where receipts and traces go", "reports")
    .option("--junit <file>", "write JUnit XML")
    .option("--sarif <file>", "write SARIF 2.1.0")
    .option("--json", "print the receipt as JSON")
    .option("--json-progress", "progress as JSON lines on stderr");
}

/**
 * Refuses what does not go together.
 * @throws BlockgraphError `bad-argument`, with the way out
 */
export function requireSense(options: Options): void {
  const { symmetry, por, liveness, random, swarm, seed, threads, maxStates } = options;
  const { maxDepth, checkpoint, checkpointEvery, resume } = options;
  if (symmetry === "on" && liveness === "on") {
    refuse("--symmetry on is unsound with --liveness on", "leave one of them to its default");
  }
  if (random !== undefined && swarm !== undefined) {
    refuse("--random and --swarm exclude each other", "give one of them");
  }
  if (checkpointEvery !== undefined && checkpoint === undefined) {
    refuse("--checkpoint-every is for checkpoints", "give --checkpoint with it, or leave it out");
  }
  if (threads !== undefined && threads > 1 && hasLimitedAddressSpace()) {
    refuse(`no room for --threads ${threads} under a limit of address space`, "lift ulimit -v");
  }
  const walks = random !== undefined || swarm !== undefined;
  if (seed !== undefined && !walks) {
    refuse("--seed is for walks", "give --random or --swarm with it, or leave it out");
  }
  if (!walks) return;
  if (checkpoint !== undefined || resume !== undefined) {
    refuse("walks leave no checkpoint", "leave --checkpoint and --resume out, or the walks");
  }
  if (maxStates !== undefined) {
    refuse("walks do not count states", "leave --max-states out, and choose how many walks");
  }
  if (symmetry === "on" || por === "on") {
    refuse("walks have no use for --symmetry on or --por on", "leave it out");
  }
  if (liveness === "on") {
    refuse("walks cannot see what never happens", "leave --liveness on out, or the walks");
  }
  if (maxDepth !== undefined && maxDepth > WALK_DEPTH_MAX) {
    const most = `--max-depth of walks is at most ${WALK_DEPTH_MAX}`;
    refuse(most, "give less, and more walks, for each of them remembers where it came from");
  }
  if (threads !== undefined && threads > 1) {
    refuse("walks take one thread", "leave --threads out, and start another with its own --seed");
  }
}

export function refuse(problem: string, remedy: string): never {
  throw new BlockgraphError("bad-argument", `${problem}; ${remedy}`);
}

/** Parameters that were given, by name. `--set` says the same as an option of that name. */
export function parametersOf(options: ParameterOptions): ReadonlyMap<string, number> {
  const given = new Map(options.set);
  for (const name of PARAMETERS) {
    const value = options[name];
    if (value === undefined) continue;
    const other = given.get(name);
    if (other !== undefined && other !== value) {
      refuse(`--${name} ${value} and --set ${name}=${other} differ`, "give one of them");
    }
    given.set(name, value);
  }
  return given;
}

/** Threads if nobody says how many. */
export function usefulThreads(): number {
  return hasLimitedAddressSpace() ? 1 : Math.min(THREADS_USEFUL, availableParallelism());
}

/** s */
const CHECKPOINT_EVERY = 60;

/** Seconds between two checkpoints, at least. */
export function checkpointEveryOf({ checkpointEvery = CHECKPOINT_EVERY }: Options): number {
  return checkpointEvery;
}

function checkpointEveryText(): string {
  return `time between two checkpoints, at least (default: ${CHECKPOINT_EVERY})`;
}

function threadsText(): string {
  return `threads of a search (default: 1 while it is small, then up to ${THREADS_USEFUL})`;
}

function onOrOff(flag: string, description: string): Option {
  return new Option(`${flag} <on|off>`, description).choices(["on", "off"]);
}

/**
 * Part of the free memory that a search may use if nobody says how much: the rest is for the
 * program itself and for whatever else goes on.
 */
const MEMORY_SHARE = 3 / 4;

/** Bytes for states. @throws BlockgraphError `bad-argument` if the machine has less */
export function memoryOf({ memory }: Pick<Options, "memory">): number {
  const free = process.availableMemory();
  if (memory === undefined) return Math.floor(free * MEMORY_SHARE);
  if (memory <= free) return memory;
  const there = `${Math.floor(free / 1024 ** 2)}M`;
  return refuse(`--memory is more than is free here (${there})`, "give less, or leave it out");
}

function size(text: string): number {
  return memorySize(text);
}

function collect(text: string, before: readonly string[]): string[] {
  return before.includes(text) ? [...before] : [...before, text];
}

/** A whole number of any size and sign: what is too small or too large the model knows. */
function parameterValue(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Give a whole number.");
}

function nameAndNumber(text: string, before: ReadonlyMap<string, number>) {
  const [, name, digits] = /^([^=]+)=(-?\d+)$/.exec(text) ?? [];
  const value = Number(digits);
  if (name === undefined || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("Give NAME=NUMBER, such as clusters=4.");
  }
  return new Map([...before, [name, value]]);
}
