/**
 * What is known of a model: what a check found, or else what simulations and runs did, or else what
 * breaks it, if that was found when its page was made.
 */
import type { Verdict } from "../../verdict.ts";
import type { ModelEvidence } from "../site-input.ts";

/** @returns null: nothing is known */
export function knownVerdict({ overview, counterexample }: ModelEvidence): Verdict | null {
  const known = overview.checked?.verdict ?? overview.verified;
  return known ?? (counterexample === null ? null : "violated");
}
