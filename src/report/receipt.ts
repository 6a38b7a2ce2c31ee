/**
 * Receipts: what was done to a model, and what came out, for machines.
 *
 * A receipt says enough to do the same again (seeds, model digest, Node version) and to judge how
 * much it proves (how often each property was judged, which mutants were noticed).
 */
import { z } from "zod";
import { judgementSchema, verdictSchema, violationSchema } from "./verdict.ts";

const count = z.int().min(0);

/** The format version of receipts. */
export const RECEIPT_VERSION = 1;

export const receiptSchema = z.strictObject({
  kind: z.literal("receipt"),
  v: z.literal(RECEIPT_VERSION),
  model: z.string(),
  /** of what the model says, 16 hexadecimal digits; logs carry the same */
  digest: z.string(),
  profile: z.string(),
  verdict: verdictSchema,
  expected: z.enum(["holds", "violated"]),
  /** what kept the verdict from being the expected one, or casts doubt on it; null: nothing */
  problem: z.string().nullable(),
  simulated: z.strictObject({
    /** seeds 0 to this number, exclusive */
    seeds: count,
    /** schedules that are not seeded: round robin */
    others: count,
    requests: count,
    steps: count,
  }),
  ran: z.strictObject({ memory: count, files: count }),
  /** logs of runs that were replayed in the simulator, every record compared */
  replayed: count,
  /** simulations that were done twice, and gave the same log */
  repeated: count,
  properties: z.array(judgementSchema),
  mutants: z.array(
    z.strictObject({
      name: z.string(),
      /** the property that must notice */
      caughtBy: z.string(),
      /** the seed with which it did; null: it survived all of them */
      seed: count.nullable(),
      /** seeds that were tried */
      seeds: count,
    }),
  ),
  /** mutants that only a check can notice: `blockgraph mutants` answers for them */
  leftToCheck: z.array(z.string()),
  /** the first violation, with the log that shows it; null if there was none */
  violation: violationSchema.extend({ found: z.string(), log: z.string() }).nullable(),
  seconds: z.number().min(0),
  node: z.string(),
});
export type Receipt = z.infer<typeof receiptSchema>;

/**
 * JSON Schema, draft 2020-12, of a receipt.
 *
 * @returns a fresh plain object, ready for JSON.stringify
 */
export function receiptJsonSchema(): Record<string, unknown> {
  return {
    $id: `urn:blockgraph:receipt:${RECEIPT_VERSION}`,
    title: "What blockgraph verify found out about a model",
    ...z.toJSONSchema(receiptSchema, { target: "draft-2020-12" }),
  };
}

/** Whether the receipt says what the model says of itself, without any doubt. */
export function isAsExpected({ verdict, expected, problem }: Receipt): boolean {
  return verdict === expected && problem === null;
}
