/**
 * What a site said of every model, kept beside it: the next one tells what has changed since.
 */
import { z } from "zod";
import type { ModelOverview } from "../model-overview.ts";
import { verdictSchema } from "../verdict.ts";

/** The format version of summaries. */
const SUMMARY_VERSION = 1;

const modelSummarySchema = z.strictObject({
  name: z.string(),
  /** of a check if there was one, else of simulations; null: neither */
  verdict: verdictSchema.nullable(),
  bounds: z.string().nullable(),
  states: z.int().min(0).nullable(),
  seconds: z.number().min(0).nullable(),
});
type ModelSummary = z.infer<typeof modelSummarySchema>;

export const runSummarySchema = z.strictObject({
  kind: z.literal("site-summary"),
  v: z.literal(SUMMARY_VERSION),
  models: z.array(modelSummarySchema),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** @param models what is known of each */
export function runSummary(models: readonly { readonly overview: ModelOverview }[]): RunSummary {
  return {
    kind: "site-summary",
    v: SUMMARY_VERSION,
    models: models.map(({ overview: { name, verified, checked } }) => ({
      name,
      verdict: checked?.verdict ?? verified,
      bounds: checked?.bounds ?? null,
      states: checked?.states ?? null,
      seconds: checked?.seconds ?? null,
    })),
  };
}

/** One thing that is not what it was. */
export interface Trend {
  readonly model: string;
  readonly what: "verdict" | "bounds" | "states" | "seconds" | "model";
  readonly before: string;
  readonly now: string;
  /** whether somebody should look at it */
  readonly matters: boolean;
}

/** A search that takes so many times longer, or so many times less long, is worth a word. */
const SLOWER = 1.5;
/** s; shorter searches vary by themselves */
const SECONDS_MIN = 1;

/** What has changed from one run to the next, in the order of the models. */
export function trends(before: RunSummary, now: RunSummary): Trend[] {
  const known = new Map(before.models.map((model) => [model.name, model]));
  const gone = before.models.filter(({ name }) => !now.models.some((each) => each.name === name));
  return [
    ...now.models.flatMap((model) => {
      const old = known.get(model.name);
      if (old !== undefined) return modelTrends(old, model);
      return [{ ...named(model), before: "not there", now: "new", matters: false }];
    }),
    ...gone.map((model) => ({ ...named(model), before: "there", now: "gone", matters: true })),
  ];
}

function named({ name }: ModelSummary) {
  return { model: name, what: "model" as const };
}

function modelTrends(before: ModelSummary, now: ModelSummary): Trend[] {
  const trend = (what: Trend["what"], old: unknown, value: unknown, matters: boolean): Trend[] =>
    old === value ? [] : [{ model: now.name, what, before: said(old), now: said(value), matters }];
  const sameBounds = before.bounds === now.bounds;
  return [
    ...trend("verdict", before.verdict, now.verdict, before.verdict !== null),
    ...trend("bounds", before.bounds, now.bounds, false),
    ...trend("states", before.states, now.states, sameBounds && before.states !== null),
    ...(isWorthAWord(before.seconds, now.seconds)
      ? trend("seconds", before.seconds, now.seconds, sameBounds)
      : []),
  ];
}

function isWorthAWord(before: number | null, now: number | null): boolean {
  if (before === null || now === null) return false;
  const [less, more] = [Math.min(before, now), Math.max(before, now)];
  return more >= SECONDS_MIN && more > SLOWER * less;
}

function said(value: unknown): string {
  if (value === null) return "-";
  return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
}
