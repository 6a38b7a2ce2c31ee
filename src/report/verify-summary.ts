/**
 * What `verify` says: a line for each model, a line for all, and the document of `--json`.
 */
import { z } from "zod";
import { isAsExpected, type Receipt, receiptSchema } from "./receipt.ts";

/** The receipts of all models. */
export const verifySummarySchema = z.strictObject({
  kind: z.literal("verify"),
  /** whether every model is what it says of itself */
  ok: z.boolean(),
  models: z.array(receiptSchema),
  seconds: z.number().min(0),
});

/** A receipt in one line: name, verdict, what was done, time. */
export function receiptLine(receipt: Receipt, nameWidth: number): string {
  const { model, verdict, expected, problem, seconds } = receipt;
  const word = isAsExpected(receipt) && expected === "violated" ? "violated, as expected" : verdict;
  const what = problem ?? whatWasDone(receipt);
  const time = `${seconds.toFixed(1)} s`;
  return `${model.padEnd(nameWidth)}   ${word.padEnd(9)}   ${what}   ${time}`;
}

function whatWasDone({ simulated, ran, replayed, mutants, leftToCheck }: Receipt): string {
  const caught = mutants.filter(({ seed }) => seed !== null).length;
  const parts = [`simulated ${simulated.seeds} seeds`];
  if (ran.memory + ran.files > 0) {
    parts.push(`ran ${ran.memory}x on memory and ${ran.files}x on files`);
  }
  if (replayed > 0) parts.push(`replayed ${replayed} logs`);
  if (mutants.length > 0) parts.push(`${caught} of ${mutants.length} mutants caught`);
  if (leftToCheck.length > 0) parts.push(`${leftToCheck.length} left to blockgraph mutants`);
  return parts.join(", ");
}

/** A line for each property: how often it was judged in all models together, and broken. */
export function propertyLines(receipts: readonly Receipt[]): string[] {
  const totals = new Map<string, { judged: number; violations: number }>();
  for (const { properties } of receipts) {
    for (const { name, judged, violations } of properties) {
      const total = totals.get(name) ?? { judged: 0, violations: 0 };
      totals.set(name, {
        judged: total.judged + judged,
        violations: total.violations + violations,
      });
    }
  }
  const width = Math.max(...[...totals.keys()].map((name) => name.length));
  return [...totals].map(([name, { judged, violations }]) => {
    const broken = violations === 0 ? "never broken" : `broken ${violations} times`;
    return `  ${name.padEnd(width)}   judged ${judged} times, ${broken}`;
  });
}

/** The last line: what all receipts together say. */
export function closingLine(receipts: readonly Receipt[], folder: string, seconds: number): string {
  const bad = receipts.filter((receipt) => !isAsExpected(receipt));
  const time = `${seconds.toFixed(1)} s`;
  const where = `receipts in ${folder}/MODEL/verify.json`;
  if (bad.length > 0) {
    const names = bad.map(({ model }) => model).join(", ");
    const part = `${bad.length} of ${receipts.length} models`;
    return `${part} not as expected: ${names}; ${where}   ${time}`;
  }
  const models = receipts.length === 1 ? "1 model is" : `${receipts.length} models are`;
  return `${models} as expected; ${where}   ${time}`;
}
