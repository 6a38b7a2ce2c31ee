/**
 * A check from its beginning to its end.
 */
import { type CheckOptions, startCheck } from "../../../src/check/check.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { CheckResult } from "../../../src/check/result.ts";

/** One thread that looks at every state as it is, and nothing that ends it before. */
const WHOLE: CheckOptions = {
  ...{ symmetry: false, coverage: false, liveness: "auto", threads: 1 },
  ...{ maxStates: null, maxDepth: null, memory: 2 ** 30 },
  ...{ walk: null, checkpoint: null, resume: null },
};

/** @param options what is to be another way */
export async function wholeCheck(
  program: Program,
  options: Partial<CheckOptions> = {},
): Promise<CheckResult> {
  const check = startCheck(program, { ...WHOLE, ...options });
  try {
    while (await check.advance());
    return check.result();
  } finally {
    await check.close();
  }
}
