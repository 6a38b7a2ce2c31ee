/**
 * The files of a check, in reports/MODEL/ and wherever `--junit` and `--sarif` say.
 *
 * A check may take hours, so that they can be written is made sure before it begins, and they are
 * written after its verdict is printed. Traces of an earlier check are taken away first: what is
 * there belongs to the receipt beside it.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CheckResult, Finding } from "../../check/result.ts";
import { fileAction } from "../../log/file-problem.ts";
import { itfTrace } from "../../report/check/itf.ts";
import { junitReport } from "../../report/check/junit.ts";
import { mermaidDiagram } from "../../report/check/mermaid.ts";
import type { CheckReceipt } from "../../report/check/receipt.ts";
import { sarifReport } from "../../report/check/sarif.ts";
import type { CheckSubject } from "../../report/check/subject.ts";
import { traceDocument } from "../../report/check/trace-document.ts";
import { requireFree, requireWritable } from "../file-paths.ts";
import type { LoweredProgram } from "./checked.ts";

/** Traces that are kept at most. */
const TRACES_MAX = 10;

/** Files that were asked for by name, for continuous integration. */
export interface NamedReports {
  readonly junit?: string;
  readonly sarif?: string;
}

/**
 * Makes sure that everything can be written, each to a file of its own.
 * @param folder of receipt and traces; it is made
 * @throws BlockgraphError `bad-argument` naming the file
 */
export function requireReportsWritable(folder: string, { junit, sarif }: NamedReports): void {
  const own = [receiptPath(folder), ...Object.values(tracePaths(folder, 0))];
  const named = [
    ...(junit === undefined ? [] : [{ path: junit, option: "--junit" }]),
    ...(sarif === undefined ? [] : [{ path: sarif, option: "--sarif" }]),
  ];
  requireWritable(receiptPath(folder));
  for (const { path } of named) requireWritable(path);
  requireFree(named, own, true);
}

/**
 * The files that a check's traces go to.
 * @param logs whether there are logs of this kind of model
 * @returns for each finding, its files
 */
export function traceFiles(
  folder: string,
  { findings }: Pick<CheckResult, "findings">,
  logs: boolean,
): string[][] {
  return findings.slice(0, TRACES_MAX).map((finding, number) => {
    const { document, itf, diagram, log } = tracePaths(folder, number);
    return [document, itf, diagram, ...(logs && hasLog(finding) ? [log] : [])];
  });
}

/** The simulator has no word for a value that is out of its bounds. */
function hasLog({ kind }: Finding): boolean {
  return kind !== "bounds";
}

/**
 * Writes every finding's trace in all formats.
 * @param writeLog writes it as a log; null: there is none of this kind of model
 */
export function writeTraces(
  folder: string,
  subject: CheckSubject,
  { findings }: CheckResult,
  writeLog: LoweredProgram["writeLog"],
): void {
  for (let number = 0; number < TRACES_MAX; number++) {
    for (const path of Object.values(tracePaths(folder, number))) rmSync(path, { force: true });
  }
  for (const [number, finding] of findings.slice(0, TRACES_MAX).entries()) {
    const { document, itf, diagram, log } = tracePaths(folder, number);
    writeJson(document, traceDocument(subject, finding));
    writeJson(itf, itfTrace(subject, finding));
    writeText(diagram, mermaidDiagram(subject, finding));
    if (hasLog(finding)) writeLog?.(log, finding);
  }
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

function receiptPath(folder: string): string {
  return join(folder, "receipt.json");
}

/** Writes the receipt into the folder. */
export function writeReceipt(folder: string, receipt: CheckReceipt): void {
  writeJson(receiptPath(folder), receipt);
}

/** Writes what was asked for by name. */
export function writeForCi(
  { junit, sarif }: NamedReports,
  subject: CheckSubject,
  result: CheckResult,
  receipt: CheckReceipt,
): void {
  if (junit !== undefined) writeText(junit, junitReport(subject, result, receipt));
  if (sarif !== undefined) writeJson(sarif, sarifReport(subject, result, receipt));
}

function writeJson(path: string, document: unknown): void {
  writeText(path, `${JSON.stringify(document, null, 2)}\n`);
}

function writeText(path: string, text: string): void {
  fileAction(path, "cannot be written", () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
}
