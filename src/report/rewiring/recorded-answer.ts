/**
 * What a real QEMU answered to the commands of a script, beside what the rules say.
 */

import { differenceOf } from "../../qemu/compare.ts";
import type { RecordedSequence, RecordedVerdict } from "../../qemu/recorded.ts";
import type { GraphView } from "../site/player-trace.ts";
import type { Rewired, RewiredStep } from "./rewired.ts";

/** The answers of a QEMU to a script, its setup included. */
export interface Recording {
  /** such as `7.2.22` */
  readonly version: string;
  readonly sequence: RecordedSequence;
}

/** How a recorded answer compares. */
export interface RecordedAnswer {
  readonly agrees: boolean;
  readonly told: GraphView["told"][number];
}

/** @returns the answer at each step, in order; null: it was not recorded */
export function recordedAnswers(
  { version, sequence }: Recording,
  { rewiring, steps }: Rewired,
): (RecordedAnswer | null)[] {
  return steps.map((step, index) => {
    const recorded = sequence.steps[rewiring.setup.length + index];
    return recorded === undefined ? null : compared(step, recorded, version);
  });
}

function compared(
  step: RewiredStep,
  recorded: RecordedSequence["steps"][number],
  version: string,
): RecordedAnswer {
  const edges = recorded.edges ?? [];
  const difference = differenceOf(verdictOf(step), step.after, { ...recorded, edges });
  const title = `QEMU ${version}, recorded`;
  const said = answerText(recorded.verdict);
  if (difference === null) {
    const masks = recorded.edges === null ? "" : `, with the same ${edges.length} edges and masks`;
    return { agrees: true, told: { title, tone: "good", lines: [`the same: ${said}${masks}`] } };
  }
  const lines = [`otherwise: ${said}`, `here: ${difference.ours}`, `there: ${difference.theirs}`];
  return { agrees: false, told: { title, tone: "open", lines } };
}

function verdictOf({ explained: { error, predicts } }: RewiredStep): RecordedVerdict {
  if (predicts === "crash") return { kind: "crashed", said: "SIGSEGV" };
  if (predicts !== null) return { kind: predicts === "abort" ? "aborted" : "hung" };
  return error === null ? { kind: "accepted" } : { kind: "refused", text: error };
}

function answerText(verdict: RecordedVerdict): string {
  switch (verdict.kind) {
    case "accepted":
      return "accepted";
    case "refused":
      return `refused, "${verdict.text}"`;
    case "crashed":
      return `it crashed (${verdict.said})`;
    default:
      return `it ${verdict.kind}`;
  }
}
