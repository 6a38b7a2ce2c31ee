/**
 * Generic mutants of the copy-before-write filter that no check can notice, each with the reason.
 *
 * Only what is right all the same belongs here: mutants that survive because a model does not ask
 * enough are a task, and stay failures until some model asks.
 */

const REASONS: readonly { readonly reason: string; readonly mutants: readonly string[] }[] = [
  {
    reason: "only the task that claimed a cluster confirms or abandons it, and never has to wait",
    mutants: ["drop-wait copy confirming as OK", "drop-wait copy abandoning as OK"],
  },
  {
    reason: "a cluster of zeros is copied as data: slower, and just as right",
    mutants: [
      "wrong-reply copy inspecting ZERO as DATA",
      "wrong-reply copy inspecting ZERO as FAILED",
      "wrong-range copy inspecting over interior",
    ],
  },
  {
    reason: "asks take no time, so that nobody can come between the two",
    mutants: ["swap-effects snapshot-discard excluding and resetting"],
  },
  {
    reason: "a broken view stays broken; saving old data for it is work for nothing",
    mutants: ["write", "write-zeroes", "discard"].flatMap((operation) => [
      `drop-ask ${operation} checking as INTACT`,
      `wrong-reply ${operation} checking BROKEN as INTACT`,
    ]),
  },
  {
    reason: "nobody comes to hold a cluster that was given back, so that the order is the same",
    mutants: ["swap-effects snapshot-discard resetting and waiting for readers"],
  },
  {
    reason: "waits for readers of more clusters than it has to: slower, and just as right",
    mutants: ["wrong-range snapshot-discard waiting for readers over hull"],
  },
  {
    reason: "a discard is advice: to take less of it than was given is right",
    mutants: [
      "wrong-range discard forwarding over interior",
      "wrong-range copy discarding source over interior",
    ],
  },
  {
    reason: "a flush has no range, and is about the whole disk whichever is named",
    mutants: [
      "wrong-range flush forwarding over interior",
      "wrong-range copy flushing over interior",
    ],
  },
  {
    reason:
      "what is left out is on the disk already: that is what makes the write an unchanged one",
    mutants: ["wrong-range write-unchanged forwarding over interior"],
  },
  {
    reason: "clusters given back are still copied: work for nothing, and nobody can read them",
    mutants: [
      "drop-ask snapshot-discard resetting as OK",
      "wrong-reply snapshot-discard excluding OK as NONE",
    ],
  },
];

/** Reasons by the mutants' names. */
export const EQUIVALENT_MUTANTS: ReadonlyMap<string, string> = new Map(
  REASONS.flatMap(({ reason, mutants }) => mutants.map((mutant) => [mutant, reason] as const)),
);
