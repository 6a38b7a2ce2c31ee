/**
 * What a search or a walk found, as people get it: with its trace and in words.
 */
import type { Compiled } from "./compile/compile.ts";
import { NO_DEADLOCK } from "./only-properties.ts";
import type { Program } from "./program/program.ts";
import type { Finding, Trace } from "./result.ts";
import type { Found } from "./search/search.ts";
import { traceOf } from "./trace.ts";

/** @param compiled as it was when this was found, symmetry or not */
export function findingOf(program: Program, compiled: Compiled, found: Found): Finding {
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
