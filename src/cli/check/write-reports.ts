/**
 * The files of a check, in reports/MODEL/ and wherever `--junit` and `--sarif` say.
 *
 * Traces of an earlier check are taken away first: what is there belongs to the receipt beside it.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CheckResult } from "../../check/result.ts";
import { itfTrace } from "../../report/check/itf.ts";
import { junitReport } from "../../report/check/junit.ts";
import { mermaidDiagram } from "../../report/check/mermaid.ts";
import type { CheckReceipt } from "../../report/check/receipt.ts";
import { sarifReport } from "../../report/check/sarif.ts";
import type { CheckSubject } from "../../report/check/subject.ts";
import { traceDocument } from "../../report/check/trace-document.ts";
import type { LoweredProgram } from "./checked.ts";

/** Traces that are kept at most. */
const TRACES_MAX = 10;

/**
 * Writes every finding's trace in all formats.
 *
 * @param writeLog writes it as a log; null: there is none of this kind of model
 * @returns for each finding, its files
 */
export function writeTraces(
  folder: string,
  subject: CheckSubject,
  { findings }: CheckResult,
  writeLog: LoweredProgram["writeLog"],
): string[][] {
  for (let number = 0; number < TRACES_MAX; number++) {
    for (const path of Object.values(tracePaths(folder, number))) rmSync(path, { force: true });
  }
  if (findings.length > 0) mkdirSync(folder, { recursive: true });
  return findings.slice(0, TRACES_MAX).map((finding, number) => {
    const { document, itf, diagram, log } = tracePaths(folder, number);
    writeJson(document, traceDocument(subject, finding));
    writeJson(itf, itfTrace(subject, finding));
    writeFileSync(diagram, mermaidDiagram(subject, finding));
    if (writeLog === null || finding.kind === "bounds") return [document, itf, diagram];
    writeLog(log, finding);
    return [document, itf, diagram, log];
  });
}

/** `trace.json` and its like; of a second finding `trace-2.json` and so on. */
function tracePaths(folder: string, number: number) {
  const stem = join(folder, number === 0 ? "trace" : `trace-${number + 1}`);
  return {
    document: `${stem}.json`,
    itf: `${stem}.itf.json`,
    diagram: `${stem}.mmd`,
    log: `${stem}.jsonl`,
  };
}

/** Writes the receipt into the folder. @returns its path */
export function writeReceipt(folder: string, receipt: CheckReceipt): string {
  const path = join(folder, "receipt.json");
  writeJson(path, receipt);
  return path;
}

/** Writes what was asked for by name. @returns the paths */
export function writeForCi(
  { junit, sarif }: { readonly junit?: string; readonly sarif?: string },
  subject: CheckSubject,
  result: CheckResult,
  receipt: CheckReceipt,
): string[] {
  if (junit !== undefined) {
    mkdirSync(dirname(junit), { recursive: true });
    writeFileSync(junit, junitReport(subject, result, receipt));
  }
  if (sarif !== undefined) writeJson(sarif, sarifReport(subject, result, receipt));
  return [junit, sarif].filter((path) => path !== undefined);
}

function writeJson(path: string, document: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
}
