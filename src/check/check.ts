/**
 * A check of a program, from its compilation to its result.
 *
 * Compiler, search and traces know each other only here. A check is advanced in small pieces by
 * whoever started it, since only that one knows a clock, a terminal and Ctrl-C.
 */
import { BlockgraphError } from "../error.ts";
import { type Compiled, compileProgram } from "./compile/compile.ts";
import { NO_DEADLOCK } from "./only-properties.ts";
import type { Program } from "./program/program.ts";
import { propertyResults } from "./property-results.ts";
import type { CheckResult, Finding, Progress, Stop, Trace } from "./result.ts";
import { type Found, type Search, startSearch } from "./search/search.ts";
import { traceOf } from "./trace.ts";

/** Walks instead of a search, for what does not fit. */
export interface Walks {
  readonly kind: "random" | "swarm";
  readonly walks: number;
  readonly seed: number;
}

/** Limits are null where there is none. */
export interface CheckOptions {
  /** count states up to the program's symmetries */
  readonly symmetry: boolean;
  /** note which coverage items are taken */
  readonly coverage: boolean;
  /** that may work on it */
  readonly threads: number;
  readonly maxStates: number | null;
  readonly maxDepth: number | null;
  /** bytes for states, index and buffers */
  readonly memory: number;
  /** null: a search */
  readonly walk: Walks | null;
  /** folder to keep a checkpoint in */
  readonly checkpoint: string | null;
  /** folder of the checkpoint to go on from */
  readonly resume: string | null;
}

/** A check under way. */
export interface Check {
  /** Goes on for some milliseconds. @returns false when it is over */
  advance(): Promise<boolean>;
  progress(): Progress;
  /** Asks for an early end; {@link advance} then says soon that it is over. */
  stop(reason: Stop): void;
  /** What it came to; after {@link advance} said that it is over. */
  result(): CheckResult;
  /** Ends its threads. */
  close(): Promise<void>;
}

/**
 * Compiles a program and begins to search its states.
 * @throws BlockgraphError `program-malformed`, `symmetry-impossible`, and `not-built-yet` for walks
 *   and checkpoints
 */
export function startCheck(program: Program, options: CheckOptions): Check {
  requireBuilt(options);
  const { symmetry, coverage, threads, maxStates, maxDepth, memory } = options;
  const compiled = compileProgram(program, { symmetry, coverage });
  const search = startSearch(compiled.kernel, { threads, maxStates, maxDepth, memory });
  return {
    advance: () => search.advance(),
    progress: () => search.progress(),
    stop: (reason) => search.stop(reason),
    result: () => resultOf(program, compiled, search),
    close: () => search.close(),
  };
}

function requireBuilt({ walk, checkpoint, resume }: CheckOptions): void {
  const asked = [
    ...(walk === null ? [] : [`--${walk.kind}`]),
    ...(checkpoint === null ? [] : ["--checkpoint"]),
    ...(resume === null ? [] : ["--resume"]),
  ];
  if (asked.length === 0) return;
  const what = `${asked.join(" and ")}: not built yet`;
  throw new BlockgraphError("not-built-yet", `${what}; leave it out, or check smaller bounds`);
}

function resultOf(program: Program, compiled: Compiled, search: Search): CheckResult {
  const { found, judged, ...counts } = search.result();
  const { complete, states } = counts;
  const findings = found.map((one) => findingOf(program, compiled, one));
  const properties = propertyResults(program, { complete, judged, states, findings });
  return { ...counts, findings, properties };
}

function findingOf(program: Program, compiled: Compiled, found: Found): Finding {
  const { kind, path, inState } = found;
  const property = propertyOf(compiled, found);
  const trace = traceOf(program, compiled, path, inState ? null : { property });
  return { kind, property, message: messageOf(compiled, found, trace), trace };
}

function propertyOf({ kernel }: Compiled, { kind, property }: Found): string {
  if (kind === "deadlock") return NO_DEADLOCK;
  return kind === "bounds" ? "bounds" : (kernel.properties[property] ?? "");
}

function messageOf({ kernel }: Compiled, { kind, failure, inState }: Found, trace: Trace): string {
  const where = whereText(trace);
  if (kind === "bounds") return `${kernel.failures[failure] ?? "out of bounds"}, in ${where}`;
  if (kind === "deadlock") return `nobody can take a step any more after ${where}`;
  return inState ? `it does not hold after ${where}` : `it is broken by ${where}`;
}

/** `step 7 (reader 0 reading)`; or `the beginning`. */
function whereText({ steps }: Trace): string {
  const last = steps.at(-1)?.step;
  return last === undefined ? "the beginning" : `step ${steps.length} (${last.text})`;
}
