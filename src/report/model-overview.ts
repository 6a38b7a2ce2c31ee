/**
 * What is known of a model: what it says of itself, and what was found out about it last.
 *
 * Only receipts of the model as it stands count; those of an earlier version, or of other bounds,
 * say nothing about it.
 */
import type { Model } from "../system/model.ts";
import type { CheckReceipt } from "./check/receipt.ts";
import { columns } from "./columns.ts";
import { isAsExpected, type Receipt } from "./receipt.ts";
import type { Verdict } from "./verdict.ts";

export interface ModelOverview {
  readonly name: string;
  readonly title: string;
  readonly idea: string;
  readonly profile: string;
  readonly expected: "holds" | "violated";
  /** what `verify` found; null: it was not asked since the model is as it is */
  readonly verified: Verdict | null;
  /** whether that was what the model says of itself; null as above */
  readonly asExpected: boolean | null;
  /** mutants that `verify` caught; null as above */
  readonly caught: number | null;
  readonly mutants: number;
  /** what `check` found in its usual bounds; null: it was not asked since, or for others */
  readonly checked: {
    readonly verdict: Verdict;
    readonly bounds: string;
    readonly states: number;
    readonly seconds: number;
  } | null;
}

/**
 * @param receipt of `verify`, of the model as it stands
 * @param check of `check`, of the model as it stands in its own bounds
 */
export function overviewOf(
  model: Model,
  receipt: Receipt | null,
  check: CheckReceipt | null,
): ModelOverview {
  const { name, title, idea, profile, expected, mutants } = model;
  const caught = receipt?.mutants.filter(({ seed }) => seed !== null).length ?? null;
  return {
    ...{ name, title, idea, profile, expected: expected.verdict },
    verified: receipt?.verdict ?? null,
    asExpected: receipt === null ? null : isAsExpected(receipt),
    caught,
    mutants: mutants.length,
    checked:
      check === null
        ? null
        : {
            verdict: check.verdict,
            bounds: check.bounds,
            states: check.states,
            seconds: check.seconds,
          },
  };
}

/** A table: a line for each model, and a line that says how to fill what is empty. */
export function overviewLines(models: readonly ModelOverview[]): string[] {
  const rows = models.map(({ name, title, expected, verified, caught, mutants, checked }) => [
    name,
    expected,
    verified ?? "-",
    mutants === 0 ? "" : `${caught ?? "-"}/${mutants}`,
    checked === null ? "-" : checked.states.toLocaleString("en-US"),
    checked === null ? "-" : `${checked.seconds.toFixed(1)} s`,
    title,
  ]);
  const head = ["model", "says", "verified", "mutants", "states", "search", "what it is about"];
  const open = models.filter(({ verified, checked }) => verified === null || checked === null);
  const rest = `${open.length} not verified or checked as they are now: blockgraph verify, check`;
  return [...columns(head, rows), ...(open.length === 0 ? [] : [rest])];
}
