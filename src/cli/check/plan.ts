/**
 * How a check will be done: what the options say, and what they leave open.
 */
import type { CheckOptions } from "../../check/check.ts";
import type { Program } from "../../check/program/program.ts";
import type { CheckMethod } from "../../report/check/receipt.ts";
import { memoryOf, type Options, usefulThreads } from "./options.ts";

export interface CheckPlan {
  readonly options: CheckOptions;
  /** the same, as the receipt says it */
  readonly method: CheckMethod;
}

/** @throws BlockgraphError `bad-argument` for more memory than there is */
export function planOf(program: Program, given: Options): CheckPlan {
  const { random, swarm, seed = 0, timeout = null, checkpoint = null, resume = null } = given;
  const { maxStates = null, maxDepth = null } = given;
  const walks = random ?? swarm ?? null;
  const kind = random === undefined ? ("swarm" as const) : ("random" as const);
  const walk = walks === null ? null : { kind, walks, seed };
  const symmetric = walk === null && given.symmetry !== "off" && program.symmetries.length > 0;
  const threads = given.threads ?? (walk === null ? usefulThreads() : 1);
  const memory = memoryOf(given);
  return {
    options: {
      symmetry: symmetric,
      liveness: given.liveness ?? "auto",
      coverage: given.coverage === "on",
      ...{ threads, maxStates, maxDepth, memory, walk, checkpoint, resume },
    },
    method: {
      search: walk?.kind ?? "bfs",
      threads,
      symmetry: symmetric ? program.symmetries.map(({ name }) => name) : [],
      partialOrder: false,
      resumed: resume !== null,
      walks,
      seed: walk?.seed ?? null,
      ...{ maxStates, maxDepth, timeout, memory },
    },
  };
}
