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
import { checkVerdict } from "./verdict.ts";

const count = z.int().min(0);
const amount = z.number().min(0);

/** The format version of these receipts. */
const CHECK_RECEIPT_VERSION = 1;

/** How the check was done. */
const methodSchema = z.strictObject({
  /** `bfs` sees every state; walks see some */
  search: z.enum(["bfs", "random", "swarm"]),
  threads: z.int().min(1),
  /** names of the symmetries that were used; states are then counted up to them */
  symmetry: z.array(z.string()),
  /** whether states are left out to which only another order of steps leads */
  partialOrder: z.boolean(),
  /** whether it went on from a checkpoint */
  resumed: z.boolean(),
  /** of walks; null: none were taken */
  walks: count.nullable(),
  seed: count.nullable(),
  /** null: no limit */
  maxStates: count.nullable(),
  maxDepth: count.nullable(),
  timeout: amount.nullable(),
  memory: count.nullable(),
});
export type CheckMethod = z.infer<typeof methodSchema>;

const chartTransitionSchema = z.strictObject({
  chart: z.string(),
  state: z.string(),
  event: z.string(),
});

export const checkReceiptSchema = z.strictObject({
  kind: z.literal("check-receipt"),
  v: z.literal(CHECK_RECEIPT_VERSION),
  model: z.string(),
  mutant: z.string().nullable(),
  /** of the program that was checked, 16 hexadecimal digits */
  digest: z.string().regex(/^[0-9a-f]{16}$/),
  bounds: z.string(),
  parameters: z.record(z.string(), z.int()),
  method: methodSchema,
  verdict: verdictSchema,
  /** one line: why it is not a plain `holds`; null where it is */
  problem: z.string().nullable(),
  /** whether every reachable state was seen */
  complete: z.boolean(),
  stopped: z
    .enum(["max-states", "max-depth", "memory", "timeout", "interrupted", "walks"])
    .nullable(),
  /** walks that were begun; null: it was no check by walks */
  walks: count.nullable(),
  states: count,
  transitions: count,
  depth: count,
  /** states on every level */
  levels: z.array(count),
  /** of the search alone */
  seconds: amount,
  /** of looking for what waits for ever */
  livenessSeconds: amount,
  /** compiling, starting threads */
  startSeconds: amount,
  /** of states, frontier and buffers */
  peakBytes: count,
  /** of the whole program, as the system counts it */
  residentBytes: count,
  statesPerSecond: amount,
  transitionsPerSecond: amount,
  bytesPerState: amount,
  properties: z.array(
    z.strictObject({
      name: z.string(),
      promise: z.enum(["always", "sometimes", "eventually"]),
      judged: count,
      outcome: z.enum(["holds", "violated", "undecided", "never-applies"]),
    }),
  ),
  /** properties of the model that this check was not about */
  notChecked: z.array(z.string()),
  /** of chart transitions; null: not asked for */
  coverage: z
    .strictObject({ total: count, taken: count, never: z.array(chartTransitionSchema) })
    .nullable(),
  findings: z.array(
    z.strictObject({
      kind: z.enum(["property", "deadlock", "liveness", "bounds"]),
      property: z.string(),
      message: z.string(),
      steps: count,
      /** of a lasso: the steps after this many repeat for ever */
      loop: count.nullable(),
      /** paths of the files that show it */
      files: z.array(z.string()),
    }),
  ),
  node: z.string(),
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
