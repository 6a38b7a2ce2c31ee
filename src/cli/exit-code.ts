/**
 * What a command's exit status means. The same four numbers everywhere, so that a script can tell
 * "the design is wrong" from "the command line was".
 */
export const EXIT = {
  /** it holds, or the command did what it was asked to */
  ok: 0,
  /** a property is violated, or two things that must be equal differ */
  violated: 1,
  /** bad usage or bad input; also an error inside blockgraph */
  unusable: 2,
  /** nothing was found, but nothing was shown either */
  undecided: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Exit status of a verdict. */
export function exitCodeOf(verdict: "holds" | "violated" | "undecided"): ExitCode {
  return verdict === "holds" ? EXIT.ok : EXIT[verdict];
}

/** Text at the end of every `--help`. */
export const EXIT_HELP =
  "Exit status: 0 holds or done, 1 violated or different, 2 bad usage or input, 3 undecided.";
