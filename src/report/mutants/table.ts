/**
 * What `mutants` says: a line for each mutant, and the document of `--json`.
 */
import { z } from "zod";
import { columns } from "../columns.ts";

export const mutantResultSchema = z.strictObject({
  /** the model whose check noticed it; of a survivor: those that were checked, joined by commas */
  model: z.string(),
  mutant: z.string(),
  /** what was broken, in one sentence */
  statement: z.string(),
  /** the property that must notice; null: any may */
  expected: z.string().nullable(),
  /** the property that noticed; null: none did */
  caughtBy: z.string().nullable(),
  /** steps of the counterexample; null where there is none */
  steps: z.int().min(0).nullable(),
  states: z.int().min(0),
  seconds: z.number().min(0),
  /** whether every state was searched; a survivor is one only then */
  complete: z.boolean(),
  /** why a survivor is no loss; null: nobody knows */
  reason: z.string().nullable(),
});
export type MutantResult = z.infer<typeof mutantResultSchema>;

export const mutantsSummarySchema = z.strictObject({
  kind: z.literal("mutants"),
  /** whether every mutant was caught, or survived for a reason that is written down */
  ok: z.boolean(),
  results: z.array(mutantResultSchema),
  seconds: z.number().min(0),
});

/** Whether a mutant is as it should be. */
export function isAccounted({ caughtBy, expected, reason, complete }: MutantResult): boolean {
  if (caughtBy === null) return complete && reason !== null;
  return expected === null || expected === caughtBy;
}

const HEAD = ["model", "mutant", "caught by", "steps", "states", "time"];
/** the first column of numbers */
const FIRST_NUMBER = HEAD.indexOf("steps");

/** The results as lines of a table, its head first. */
export function mutantTable(results: readonly MutantResult[]): string[] {
  const rows = results.map((result) => [
    result.model,
    result.mutant,
    result.caughtBy ?? survivorText(result),
    result.steps === null ? "" : String(result.steps),
    result.states.toLocaleString("en"),
    `${result.seconds.toFixed(2)} s`,
  ]);
  return columns(HEAD, rows, FIRST_NUMBER);
}

function survivorText({ complete, reason }: MutantResult): string {
  if (!complete) return "undecided";
  return reason === null ? "SURVIVES" : "survives, explained";
}

/** The last line: how many were caught, and what became of the others. */
export function mutantsClosingLine(results: readonly MutantResult[], seconds: number): string {
  const caught = results.filter(({ caughtBy }) => caughtBy !== null).length;
  const explained = results.filter((each) => each.caughtBy === null && isAccounted(each)).length;
  const bad = results.filter((result) => !isAccounted(result)).length;
  const parts = [
    `${caught} of ${results.length} mutants caught`,
    ...(explained > 0 ? [`${explained} that may survive, for a reason`] : []),
    ...(bad > 0 ? [`${bad} not accounted for`] : []),
  ];
  return `${parts.join(", ")}   ${seconds.toFixed(1)} s`;
}
