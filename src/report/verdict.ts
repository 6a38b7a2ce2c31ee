/**
 * Verdicts, and what they rest on: how often each property was judged, and what broke it.
 */
import { z } from "zod";
import type { Monitor } from "../system/monitor.ts";

/** `undecided`: nothing was found, but what was done is not enough to say that it holds. */
export const verdictSchema = z.enum(["holds", "violated", "undecided"]);
export type Verdict = z.infer<typeof verdictSchema>;

const count = z.int().min(0);

/** How often a property was judged, and how often it was broken. */
export const judgementSchema = z.strictObject({
  name: z.string().describe("name of the property"),
  judged: count.describe("how often it was judged"),
  violations: count.describe("how often it was broken"),
});
export type Judgement = z.infer<typeof judgementSchema>;

/** A property that was broken. */
export const violationSchema = z.strictObject({
  property: z.string().describe("the property that was broken"),
  text: z.string().describe("in one line, for people"),
  seq: z
    .int()
    .min(-1)
    .describe("number of the record at which it showed; -1: nothing was recorded"),
});

/** What a monitor says about each of its properties. */
export function judgements(monitor: Pick<Monitor, "judged" | "violations">): Judgement[] {
  return [...monitor.judged].map(([name, judged]) => {
    const broken = monitor.violations.filter((violation) => violation.property === name);
    return { name, judged, violations: broken.length };
  });
}

/** A verdict needs evidence: where nothing was judged there is none. */
export function verdictOf(monitor: Pick<Monitor, "judged" | "violations">): Verdict {
  if (monitor.violations.length > 0) return "violated";
  const judged = [...monitor.judged.values()].reduce((sum, times) => sum + times, 0);
  return judged > 0 ? "holds" : "undecided";
}
