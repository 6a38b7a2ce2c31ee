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
  kind: z.literal("receipt").describe("what the document is"),
  v: z.literal(RECEIPT_VERSION).describe("version of the format"),
  model: z.string().describe("name of the model"),
  digest: z
    .string()
    .describe("of what the model says, 16 hexadecimal digits; its logs carry the same"),
  profile: z.string().describe("whose rules are in force"),
  verdict: verdictSchema.describe("what came out"),
  expected: z.enum(["holds", "violated"]).describe("what the model says of itself"),
  problem: z
    .string()
    .nullable()
    .describe("why the verdict is not the expected one, or in doubt; null: nothing"),
  simulated: z
    .strictObject({
      seeds: count.describe("seeded schedules, from seed 0"),
      others: count.describe("schedules without a seed"),
      requests: count.describe("requests in all of them"),
      steps: count.describe("steps in all of them"),
    })
    .describe("simulations"),
  ran: z
    .strictObject({
      memory: count.describe("with images in memory"),
      files: count.describe("with images in files"),
    })
    .describe("runs"),
  replayed: count.describe(
    "logs of runs that were replayed in the simulator, every record compared",
  ),
  repeated: count.describe("simulations that were done twice, and gave the same log"),
  properties: z.array(judgementSchema).describe("the properties"),
  mutants: z
    .array(
      z.strictObject({
        name: z.string().describe("name of the mutant"),
        caughtBy: z.string().describe("the property that must notice it"),
        seed: count.nullable().describe("the seed with which it did; null: it survived"),
        seeds: count.describe("seeds that were tried"),
      }),
    )
    .describe("the mutants"),
  leftToCheck: z.array(z.string()).describe("mutants that only a check can notice"),
  violation: violationSchema
    .extend({
      found: z.string().describe("how it was found"),
      log: z.string().describe("path of the log that shows it"),
    })
    .nullable()
    .describe("the first violation; null: there was none"),
  seconds: z.number().min(0).describe("how long all of it took"),
  node: z.string().describe("version of Node"),
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
