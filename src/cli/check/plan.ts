/**
 * How a check will be done: what the options say, and what they leave open.
 */
import type { CheckOptions } from "../../check/check.ts";
import type { Program } from "../../check/program/program.ts";
import { type Reduction, reductionOf } from "../../check/reduce/reduction.ts";
import { USUAL_DEPTH } from "../../check/walk/walk-search.ts";
import type { CheckMethod } from "../../report/check/receipt.ts";
import { memoryOf, type Options, refuse, usefulThreads } from "./options.ts";

export interface CheckPlan {
  readonly options: CheckOptions;
  /** the same, as the receipt says it; whether there was a reduction only the result knows */
  readonly method: Omit<CheckMethod, "partialOrder">;
}

/**
 * Bytes for walks if nobody says how many. A swarm of any size fills them once, and that takes a
 * minute or so.
 */
const WALK_MEMORY = 2 ** 26;

/**
 * @param isPart whether there is only the beginning of the program, which no checkpoint is of
 * @throws BlockgraphError `bad-argument` for more memory than there is, or for a reduction where
 * there is none
 */
export function planOf(program: Program, given: Options, isPart = false): CheckPlan {
  const { random, swarm, seed = 0, timeout = null } = given;
  const { checkpoint = null, resume = null } = isPart ? {} : given;
  const walks = random ?? swarm ?? null;
  const { maxStates = null, maxDepth = walks === null ? null : USUAL_DEPTH } = given;
  const kind = random === undefined ? ("swarm" as const) : ("random" as const);
  const walk = walks === null ? null : { kind, walks, seed };
  const symmetric = walk === null && given.symmetry !== "off" && program.symmetries.length > 0;
  const reduction = walk === null ? reductionFor(program, given, symmetric) : null;
  const threads = given.threads ?? (walk === null ? usefulThreads() : 1);
  const free = memoryOf(given);
  const usual = walk === null ? free : Math.min(WALK_MEMORY, free);
  const memory = given.memory ?? usual;
  return {
    options: {
      symmetry: symmetric,
      reduction,
      liveness: given.liveness ?? "auto",
      coverage: given.coverage === "on",
      ...{ threads, maxStates, maxDepth, memory, walk, checkpoint, resume },
    },
    method: {
      search: walk?.kind ?? "bfs",
      threads,
      symmetry: symmetric ? program.symmetries.map(({ name }) => name) : [],
      resumed: resume !== null,
      walks,
      seed: walk?.seed ?? null,
      ...{ maxStates, maxDepth, timeout, memory },
    },
  };
}

/**
 * What `--por` comes to. Where there is symmetry, that is used instead: what both of them leave of
 * a search has not been compared with the whole. A checkpoint is of one search, from its beginning.
 */
function reductionFor(
  program: Program,
  { por, checkpoint, resume }: Options,
  symmetric: boolean,
): Reduction | "if-large" | null {
  if (por === "on") {
    const reduction = reductionOf(program);
    if (typeof reduction === "string") {
      return refuse(`--por on cannot be sound here, because ${reduction}`, "leave it out");
    }
    if (!symmetric) return reduction;
    return refuse("--por on goes without symmetry", "give --symmetry off with it");
  }
  const kept = checkpoint !== undefined || resume !== undefined;
  return por === "off" || symmetric || kept ? null : "if-large";
}
