/**
 * The receipt of a check: what was checked, how, and what came out, for machines.
 *
 * It says enough to do the same again and to judge what the verdict is worth: a check is exact only
 * within its bounds. Sizes are bytes, times seconds.
 */
import { z } from "zod";
import type { CheckResult } from "../../check/result.ts";
import { verdictSchema } from "../verdict.ts";
import type { CheckSubject } from "./subject.ts";
import { subjectFields } from "./subject-fields.ts";
import { checkVerdict } from "./verdict.ts";

const count = z.int().min(0);
const amount = z.number().min(0);

/** The format version of these receipts. */
const CHECK_RECEIPT_VERSION = 1;

/** How the check was done. */
const methodSchema = z.strictObject({
  search: z.enum(["bfs", "random", "swarm"]).describe("`bfs` sees every state; walks see some"),
  threads: z.int().min(1).describe("threads that searched"),
  symmetry: z
    .array(z.string())
    .describe("symmetries that were used; states are counted up to them"),
  partialOrder: z
    .boolean()
    .describe("whether states are left out to which only another order leads"),
  resumed: z.boolean().describe("whether it went on from a checkpoint"),
  walks: count.nullable().describe("walks that were asked for; null: none"),
  seed: count.nullable().describe("of walks; null: none were taken"),
  maxStates: count.nullable().describe("limit of states; null: none"),
  maxDepth: count.nullable().describe("limit of steps; null: none"),
  timeout: amount.nullable().describe("limit of seconds; null: none"),
  memory: count.nullable().describe("limit of bytes; null: none"),
});
export type CheckMethod = z.infer<typeof methodSchema>;

const chartTransitionSchema = z.strictObject({
  chart: z.string().describe("name of the chart"),
  state: z.string().describe("the state that it is in"),
  event: z.string().describe("the event that it does not get there"),
});

export const checkReceiptSchema = z.strictObject({
  kind: z.literal("check-receipt").describe("what the document is"),
  v: z.literal(CHECK_RECEIPT_VERSION).describe("version of the format"),
  ...subjectFields,
  bounds: z.string().describe("in words: within them the verdict is exact"),
  parameters: z.record(z.string(), z.int()).describe("the bounds as numbers"),
  method: methodSchema.describe("how it was checked"),
  verdict: verdictSchema.describe("what came out"),
  problem: z.string().nullable().describe("why it is not a plain `holds`; null where it is"),
  complete: z.boolean().describe("whether every reachable state was seen"),
  stopped: z
    .enum(["max-states", "max-depth", "memory", "timeout", "interrupted", "walks"])
    .nullable()
    .describe("what ended the search early; null: nothing"),
  walks: count.nullable().describe("walks that were begun; null: it was no check by walks"),
  states: count.describe("states that were seen"),
  transitions: count.describe("steps between them"),
  depth: count.describe("steps to the farthest"),
  levels: z.array(count).describe("states on every level"),
  seconds: amount.describe("of the search alone"),
  livenessSeconds: amount.describe("of looking for what waits for ever"),
  startSeconds: amount.describe("of compiling and starting threads"),
  peakBytes: count.describe("of states, frontier and buffers"),
  residentBytes: count.describe("of the whole program, as the system counts it"),
  statesPerSecond: amount.describe("how fast states were found"),
  transitionsPerSecond: amount.describe("how fast steps were taken"),
  bytesPerState: amount.describe("memory for each state"),
  properties: z
    .array(
      z.strictObject({
        name: z.string().describe("name of the property"),
        promise: z
          .enum(["always", "sometimes", "eventually"])
          .describe("whether it promises something of every state, of some, or of what comes"),
        judged: count.describe("how often it was judged"),
        outcome: z
          .enum(["holds", "violated", "undecided", "never-applies"])
          .describe("what came of it"),
      }),
    )
    .describe("the properties"),
  notChecked: z.array(z.string()).describe("properties of the model that this check was not about"),
  coverage: z
    .strictObject({
      total: count.describe("transitions that there are"),
      taken: count.describe("that were taken"),
      never: z.array(chartTransitionSchema).describe("that were not"),
    })
    .nullable()
    .describe("of chart transitions; null: not asked for"),
  findings: z
    .array(
      z.strictObject({
        kind: z.enum(["property", "deadlock", "liveness", "bounds"]).describe("what went wrong"),
        property: z.string().describe("the property that was broken"),
        message: z.string().describe("in one line, for people"),
        steps: count.describe("steps of its trace"),
        loop: count
          .nullable()
          .describe("of a lasso: the steps after this many repeat for ever; null: it ends"),
        files: z.array(z.string()).describe("paths of the files that show it"),
      }),
    )
    .describe("what was found"),
  node: z.string().describe("version of Node"),
});
export type CheckReceipt = z.infer<typeof checkReceiptSchema>;

/** What only the command knows. */
export interface CheckFacts {
  readonly method: CheckMethod;
  readonly seconds: number;
  readonly livenessSeconds: number;
  readonly startSeconds: number;
  readonly residentBytes: number;
  /** false: coverage was not asked for */
  readonly coverage: boolean;
  readonly notChecked: readonly string[];
  /** for every finding, the files that show it */
  readonly files: readonly (readonly string[])[];
  readonly node: string;
}

/** Puts a receipt together. */
export function makeCheckReceipt(
  subject: CheckSubject,
  result: CheckResult,
  facts: CheckFacts,
): CheckReceipt {
  const { model, mutant, digest, bounds, parameters } = subject;
  const { complete, stopped, states, transitions, depth, levels, peakBytes } = result;
  const before = result.before ?? { states: 0, transitions: 0 };
  const { method, seconds, livenessSeconds, startSeconds, residentBytes, node } = facts;
  const { verdict, problem } = checkVerdict(result);
  return checkReceiptSchema.parse({
    kind: "check-receipt",
    v: CHECK_RECEIPT_VERSION,
    ...{ model, mutant, digest, bounds, parameters, method, verdict, problem },
    ...{ complete, stopped, walks: result.walks?.taken ?? null },
    ...{ states, transitions, depth, levels },
    ...{ seconds, livenessSeconds, startSeconds, peakBytes, residentBytes },
    statesPerSecond: perSecond(states - before.states, seconds),
    transitionsPerSecond: perSecond(transitions - before.transitions, seconds),
    bytesPerState: states === 0 ? 0 : peakBytes / states,
    properties: result.properties,
    notChecked: facts.notChecked,
    coverage: facts.coverage ? coverageOf(subject, result) : null,
    findings: result.findings.map(({ kind, property, message, trace }, index) => ({
      ...{ kind, property, message },
      steps: trace.steps.length,
      loop: trace.loop,
      files: facts.files[index] ?? [],
    })),
    node,
  });
}

function perSecond(things: number, seconds: number): number {
  return seconds === 0 ? 0 : Math.round(things / seconds);
}

function coverageOf({ program }: CheckSubject, { covered }: CheckResult) {
  const total = program.coverage.length;
  const sizes = new Map<string, number>();
  for (const { chart } of program.coverage) sizes.set(chart, (sizes.get(chart) ?? 0) + 1);
  // The charts of requests first: of a cluster's many states most are products that never occur.
  const never = program.coverage
    .filter((_, index) => covered[index] !== true)
    .sort((one, other) => (sizes.get(one.chart) ?? 0) - (sizes.get(other.chart) ?? 0));
  return { total, taken: total - never.length, never };
}

/**
 * JSON Schema, draft 2020-12, of a receipt.
 *
 * @returns a fresh plain object, ready for JSON.stringify
 */
export function checkReceiptJsonSchema(): Record<string, unknown> {
  return {
    $id: `urn:blockgraph:check-receipt:${CHECK_RECEIPT_VERSION}`,
    title: "What blockgraph check found out about a model",
    ...z.toJSONSchema(checkReceiptSchema, { target: "draft-2020-12" }),
  };
}
