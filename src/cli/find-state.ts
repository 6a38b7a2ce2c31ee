/**
 * `blockgraph find`: the shortest way to a state that somebody describes, as the explorer's page
 * finds it, for a terminal or a script.
 */
import type { Command } from "commander";
import { startCheck } from "../check/check.ts";
import { initialState } from "../check/program/interpret.ts";
import type { Finding, Trace } from "../check/result.ts";
import { BlockgraphError } from "../error.ts";
import type { Condition } from "../explorer/condition/condition.ts";
import { exampleConditions } from "../explorer/condition/examples.ts";
import { parseCondition } from "../explorer/condition/parse.ts";
import { vocabularyOf } from "../explorer/condition/vocabulary.ts";
import { conditionTask, type FoundCondition, foundIn } from "../explorer/search/find-condition.ts";
import { foundText } from "../explorer/search/found-text.ts";
import { subjectName } from "../report/check/subject.ts";
import { EXPLORED } from "../report/check/trace-document.ts";
import { traceLines, whatOf, whoOf } from "../report/check/trace-lines.ts";
import { wholeNumber } from "./arguments.ts";
import type { LoweredProgram } from "./check/checked.ts";
import { findChecked } from "./check/find-checked.ts";
import {
  addParameterOptions,
  memoryOf,
  type ParameterOptions,
  parametersOf,
  usefulThreads,
} from "./check/options.ts";
import { perform } from "./check/perform.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { requireWritable } from "./file-paths.ts";
import { paint, print, printJson } from "./terminal.ts";
import { writePath } from "./write-path.ts";

interface Options extends ParameterOptions {
  readonly mutant?: string;
  readonly timeout?: number;
  readonly write?: string;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Finds the shortest way to a state that a condition describes, or says that there is none " +
        "within the model's bounds. Without a condition, says what one could look like.",
    )
    .argument("<model>")
    .argument("[condition]", "such as 'cluster 1 copied and reader 0 frozen'");
  addParameterOptions(command);
  command
    .option("--mutant <name>", "search the model with one of its mutants")
    .option("--timeout <seconds>", "end undecided after this time", wholeNumber(1))
    .option("--write <file>", "write the way: a log, or of a sketch a trace")
    .option("--json", "print what was found as JSON")
    .addHelpText("after", HELP)
    .action(async (model: string, condition: string | undefined, options: Options) => {
      process.exitCode = await find(model, condition, options);
    });
}

const HELP = `
Examples:
  $ blockgraph find fleece
  $ blockgraph find fleece 'cluster 1 copied and reader 0 frozen'
  $ blockgraph find fleece 'at least 2 clusters copied and not any guest writing' --json
  $ blockgraph find fleece 'every guest writing and every cluster fresh' || test $? = 1
  $ blockgraph find break-snapshot-race 'hook node broken' --write way.jsonl
  $ blockgraph replay way.jsonl --on sim

There are 'and', 'or', 'not' and parentheses; 'any', 'every', 'at least 2', 'at most 1', 'exactly
1', 'more than 1' and 'fewer than 2'; and of numbers =, !=, <, <=, > and >=.

With status 1 all states were seen, and none is like that; with 3 not all of them were.
${EXIT_HELP}`;

async function find(name: string, text: string | undefined, options: Options): Promise<ExitCode> {
  const { mutant = null, timeout = null, write } = options;
  if (write !== undefined) requireWritable(write);
  const checked = findChecked(name);
  const lowered = checked.lower(parametersOf(options), mutant);
  if (text === undefined) return showExamples(lowered, options);
  const condition = understood(text, lowered);
  const from = initialState(lowered.program);
  const limits = { threads: usefulThreads(), memory: memoryOf({}) };
  const task = conditionTask(lowered.program, { condition, from }, limits);
  const search = startCheck(task.program, task.options);
  const named = subjectName({ model: name, mutant });
  await perform(search, { name: named, timeout, jsonProgress: false });
  const found = foundIn(task, search.result());
  const message = foundText(found, { where: "the beginning", bounds: lowered.bounds });
  if (options.json) printJson({ ...documentOf(found, lowered), model: name, mutant, message });
  else printFound(found, message, lowered);
  if (write !== undefined && found.kind === "found") {
    const { name: model, source } = checked;
    writePath(write, { model, mutant, source, lowered }, searchedFor(found.trace));
    if (!options.json) print(`  written:      ${write}`);
  }
  return { found: EXIT.ok, nowhere: EXIT.violated, stopped: EXIT.undecided }[found.kind];
}

/** The way there, as the explorer's page would download it. */
function searchedFor(trace: Trace): Finding {
  const message = `${trace.steps.length} steps that were searched for`;
  return { kind: "property", property: EXPLORED, message, trace };
}

/** @throws BlockgraphError `bad-argument` with the place in the text */
function understood(text: string, { program }: LoweredProgram): Condition {
  const parsed = parseCondition(text, vocabularyOf(program));
  if (parsed.kind === "condition") return parsed.condition;
  const { at, message } = parsed.problem;
  const place = `${text.slice(0, at.from)}>>>${text.slice(at.from, at.to)}<<<${text.slice(at.to)}`;
  throw new BlockgraphError(
    "bad-argument",
    `${place}: at character ${at.from + 1}, ${message}`.replace(/\s+/g, " "),
  );
}

function showExamples({ program, bounds }: LoweredProgram, { json }: Options): ExitCode {
  const examples = exampleConditions(program);
  const names = vocabularyOf(program).map(({ name, values }) => ({
    name,
    values: values?.map((value) => value.name) ?? null,
  }));
  if (json) {
    printJson({ kind: "conditions", bounds, examples, names });
    return EXIT.ok;
  }
  for (const example of examples) print(example);
  print("");
  for (const { name, values } of names) {
    print(`${paint("bold", name)}: ${values?.slice(0, MOST_VALUES).join(", ") ?? "a number"}`);
  }
  return EXIT.ok;
}

/** Values that are printed, of each thing; --json has them all. */
const MOST_VALUES = 12;

function documentOf(found: FoundCondition, { program, bounds }: LoweredProgram) {
  const { kind, states, symmetries } = found;
  const steps = found.kind === "found" ? found.trace.steps : [];
  return {
    kind: "find",
    outcome: kind,
    ...{ bounds, states, symmetries },
    steps: steps.map((taken) => ({ who: whoOf(program, taken), what: whatOf(program, taken) })),
  };
}

function printFound(found: FoundCondition, message: string, { program }: LoweredProgram): void {
  const colour = ({ found: "green", nowhere: "red", stopped: "yellow" } as const)[found.kind];
  print(`${paint(colour, found.kind)}   ${message}`);
  if (found.kind !== "found") return;
  for (const line of traceLines(program, found.trace)) print(line);
}
