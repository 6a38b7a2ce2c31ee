/**
 * Traces that users name: recognised by what is in the file, and read; or told from logs, where a
 * log is wanted.
 */
import { readFileSync, statSync } from "node:fs";
import { BlockgraphError } from "../error.ts";
import { fileAction } from "../log/file-problem.ts";
import { parseJson } from "../log/parse-json.ts";
import { type TraceDocument, traceDocumentSchema } from "../report/check/trace-document.ts";

/** Bytes up to which a file is looked at; a longer one is a log. */
const TRACE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reads a trace of a check.
 * @returns null if the file is something else, such as a log
 * @throws BlockgraphError `log-broken` for a trace that is damaged; `bad-argument` for no file
 */
export function readTrace(path: string): TraceDocument | null {
  const text = textOf(path);
  if (text === null) return null;
  const value = parseJson(text);
  if (!claimsToBeTrace(value, text)) return null;
  if (value === undefined) throw broken(path, "it is no whole JSON document");
  const parsed = traceDocumentSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(path, `${issue?.path.join(".") || "document"}: ${issue?.message}`);
  }
  const { loop, steps } = parsed.data;
  if (loop !== null && loop > steps.length) {
    throw broken(path, `loop: there are ${steps.length} steps, and none after ${loop}`);
  }
  return parsed.data;
}

/**
 * Makes sure that a file is no trace, nor another document that blockgraph prints.
 * @throws BlockgraphError `bad-argument` saying what it is, and which command reads it
 */
export function requireNoDocument(path: string): void {
  const text = textOf(path);
  const value = text === null ? undefined : parseJson(text);
  if (text !== null && claimsToBeTrace(value, text)) {
    throw new BlockgraphError(
      "bad-argument",
      `${path} is the trace of a check, no log; see it with blockgraph replay ${path} --on sim`,
    );
  }
  // The one record of a log that has no more is a document with a kind, too; only it has a number.
  if (typeof value !== "object" || value === null || !("kind" in value) || "seq" in value) return;
  throw new BlockgraphError(
    "bad-argument",
    `${path} is a document of kind ${JSON.stringify(value.kind)}, no log; name a log`,
  );
}

/** null: it is too long for a trace */
function textOf(path: string): string | null {
  const { size } = fileAction(path, "cannot be read", () => statSync(path));
  if (size > TRACE_BYTES_MAX) return null;
  return fileAction(path, "cannot be read", () => readFileSync(path, "utf8"));
}

/** A document that was cut off still says at its beginning what it was. */
function claimsToBeTrace(value: unknown, text: string): boolean {
  if (value === undefined) return /^\s*\{\s*"kind"\s*:\s*"check-trace"/.test(text);
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "check-trace"
  );
}

function broken(path: string, problem: string): BlockgraphError {
  return new BlockgraphError(
    "log-broken",
    `${path} is a damaged trace (${problem}); make it anew with blockgraph check`,
  );
}
