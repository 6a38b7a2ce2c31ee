/**
 * A path through a model, which somebody took or searched for, as a file that `replay` and
 * `promote` take: a log, or of what has none, such as a sketch, a trace.
 */
import { writeFileSync } from "node:fs";
import { programDigest } from "../check/program-digest.ts";
import type { Finding } from "../check/result.ts";
import { traceDocument } from "../report/check/trace-document.ts";
import type { LoweredProgram } from "./check/checked.ts";

/** Of what a path is. */
export interface PathSubject {
  readonly model: string;
  readonly mutant: string | null;
  /** the file that defines the model */
  readonly source: string;
  readonly lowered: LoweredProgram;
}

export function writePath(
  path: string,
  { model, mutant, source, lowered }: PathSubject,
  finding: Finding,
): void {
  const { program, parameters, bounds, writeLog } = lowered;
  if (writeLog !== null) {
    writeLog(path, finding);
    return;
  }
  const digest = programDigest(program);
  const subject = { model, mutant, digest, bounds, parameters, source, program };
  writeFileSync(path, `${JSON.stringify(traceDocument(subject, finding), null, 2)}\n`);
}
