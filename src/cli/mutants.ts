/**
 * `blockgraph mutants`: every mutant of a model through a check, which must notice it.
 *
 *     named      a model's own mutants: the property that the model names must be broken
 *     generic    what operators make of the filter's charts: some model must notice
 */
import type { Command } from "commander";
import { EQUIVALENT_MUTANTS } from "../../models/equivalent-mutants.ts";
import { FORMATS } from "../../models/formats.ts";
import { MODELS } from "../../models/index.ts";
import { SKETCHES } from "../../models/sketches.ts";
import {
  isAccounted,
  type MutantResult,
  mutantsClosingLine,
  mutantsSummarySchema,
  mutantTable,
} from "../report/mutants/table.ts";
import type { Model } from "../system/model.ts";
import { wholeNumber } from "./arguments.ts";
import { checkedModel } from "./check/checked-model.ts";
import { findChecked } from "./check/find-checked.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-code.ts";
import { genericMutants } from "./mutants/generic-mutants.ts";
import { tryMutant } from "./mutants/try-mutant.ts";
import { print, printJson, progress, warn } from "./terminal.ts";

interface Options {
  readonly generic?: true;
  readonly maxStates?: number;
  readonly json?: true;
}

/** The driver that operators are let loose on: the others hand requests on. */
const DRIVER = "copy-before-write";

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Checks the mutants of models (default: all). Each must break the property that its model " +
        "names; a survivor is a failure.",
    )
    .argument("[model...]")
    .option("--generic", `also try every operator on the charts of ${DRIVER}`)
    .option("--max-states <n>", "states after which a search gives up", wholeNumber(1))
    .option("--json", "print the results as JSON")
    .addHelpText("after", HELP)
    .action(async (names: string[], options: Options) => {
      process.exitCode = await mutants(names, options);
    });
}

const HELP = `
Examples:
  $ blockgraph mutants overlap
  $ blockgraph mutants break-snapshot --json

All operators on all models take some minutes:
  blockgraph mutants --generic

${EXIT_HELP}`;

async function mutants(names: readonly string[], options: Options): Promise<ExitCode> {
  const began = performance.now();
  const known = [SKETCHES, FORMATS, MODELS].flatMap((kind) => [...kind.keys()]);
  const wanted = names.length === 0 ? known : namesOf(names);
  const limit = options.maxStates ?? null;
  const results: MutantResult[] = [];
  for (const name of wanted) results.push(...(await namedResults(name, limit)));
  if (options.generic) results.push(...(await genericResults(wanted, limit)));
  const seconds = (performance.now() - began) / 1000;
  const bad = results.filter((result) => !isAccounted(result));
  if (options.json) {
    printJson(
      mutantsSummarySchema.parse({ kind: "mutants", ok: bad.length === 0, results, seconds }),
    );
  } else {
    for (const line of mutantTable(results)) print(line);
    print(mutantsClosingLine(results, seconds));
  }
  for (const { model, mutant, statement } of bad) warn(`${model}: ${mutant}: ${statement}`);
  if (bad.some(({ complete, caughtBy }) => complete || caughtBy !== null)) return EXIT.violated;
  return bad.length > 0 ? EXIT.undecided : EXIT.ok;
}

/** Of what was asked for, the names that it goes by here, each once. */
function namesOf(wanted: readonly string[]): string[] {
  return [...new Set(wanted.map((name) => findChecked(name).name))];
}

async function namedResults(model: string, limit: number | null): Promise<MutantResult[]> {
  const checked = findChecked(model);
  const sketch = SKETCHES.get(model) ?? FORMATS.get(model);
  const own = sketch?.mutants ?? MODELS.get(model)?.mutants ?? [];
  const results: MutantResult[] = [];
  for (const { name, statement, caughtBy: expected } of own) {
    progress(`${model}   mutant ${name}`);
    const { program } = checked.lower(new Map(), name);
    const tried = await tryMutant(`${model} ${name}`, program, expected, limit);
    results.push({ model, mutant: name, statement, expected, ...tried, reason: null });
  }
  return results;
}

/** A generic mutant is caught if one of the models notices it. */
async function genericResults(
  names: readonly string[],
  limit: number | null,
): Promise<MutantResult[]> {
  const results = new Map<string, MutantResult>();
  for (const model of await smallestFirst(names, limit)) {
    for (const result of await genericOf(model, results, limit)) {
      const before = results.get(result.mutant);
      const models = before === undefined ? model.name : `${before.model},${model.name}`;
      const still = { ...result, model: models };
      results.set(result.mutant, result.caughtBy === null ? still : result);
    }
  }
  return [...results.values()];
}

/** Models that hold, by their number of states: what one notices, none after it is asked about. */
async function smallestFirst(names: readonly string[], limit: number | null): Promise<Model[]> {
  const sizes = new Map<Model, number>();
  for (const name of names) {
    const model = MODELS.get(name);
    if (model === undefined) continue;
    progress(`${name}   without a mutant`);
    const { program } = checkedModel(model).lower(new Map(), null);
    const { caughtBy, states } = await tryMutant(name, program, null, limit);
    if (caughtBy === null) sizes.set(model, states);
  }
  return [...sizes].sort(([, one], [, other]) => one - other).map(([model]) => model);
}

async function genericOf(
  model: Model,
  known: ReadonlyMap<string, MutantResult>,
  limit: number | null,
): Promise<MutantResult[]> {
  const mutated = genericMutants(model, DRIVER);
  const checked = checkedModel({ ...model, mutants: mutated });
  const results: MutantResult[] = [];
  for (const [index, { name, statement }] of mutated.entries()) {
    if ((known.get(name)?.caughtBy ?? null) !== null) continue;
    progress(`${model.name}   generic mutant ${index + 1} of ${mutated.length}: ${name}`);
    const { program } = checked.lower(new Map(), name);
    const tried = await tryMutant(`${model.name} ${name}`, program, null, limit);
    const reason = tried.caughtBy === null ? (EQUIVALENT_MUTANTS.get(name) ?? null) : null;
    const shown = { model: model.name, mutant: name, statement, expected: null };
    results.push({ ...shown, ...tried, reason });
  }
  return results;
}
