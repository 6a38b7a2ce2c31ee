/**
 * What `check` prints for people: the verdict, the properties, the coverage; for a violation the
 * trace. When everything is written: where the trace's files are, and how to look further.
 */
import { FORMATS } from "../../../models/formats.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import type { CheckResult, Finding } from "../../check/result.ts";
import { checkPropertyLines, coverageLines, verdictLine } from "../../report/check/lines.ts";
import type { CheckReceipt } from "../../report/check/receipt.ts";
import type { CheckSubject } from "../../report/check/subject.ts";
import { traceLines } from "../../report/check/trace-lines.ts";
import { paint, print } from "../terminal.ts";

/** @param statements properties in words, where the model has them */
export function printCheck(
  subject: CheckSubject,
  result: CheckResult,
  receipt: CheckReceipt,
  statements: ReadonlyMap<string, string>,
): void {
  const { verdict } = receipt;
  const colour = verdict === "holds" ? "green" : verdict === "violated" ? "red" : "yellow";
  print(verdictLine(receipt).replace(`   ${verdict}   `, `   ${paint(colour, verdict)}   `));
  for (const line of checkPropertyLines(receipt)) print(line);
  for (const line of coverageLines(receipt)) print(line);
  for (const finding of result.findings) {
    printFinding(subject, finding, statements.get(finding.property));
  }
}

function printFinding(
  { program }: CheckSubject,
  { property, message, trace }: Finding,
  statement: string | undefined,
): void {
  print("");
  print(`${paint("bold", property)}${statement === undefined ? "" : `: ${statement}`}`);
  for (const line of traceLines(program, trace)) print(line);
  print(`  ${paint("red", message)}`);
}

/** Prints where traces are, and what can be done with them. */
export function printTraces({ findings, model }: CheckReceipt): void {
  for (const { property, files } of findings) {
    if (files.length === 0) continue;
    print("");
    if (findings.length > 1) print(paint("bold", property));
    printFiles(files, property, !FORMATS.has(model));
  }
}

/**
 * A log is kept only of what simulations judge: that nothing can go on, or that something waits for
 * ever, it does not show them.
 *
 * @param replays whether others than the checker can take the steps
 */
function printFiles(files: readonly string[], property: string, replays: boolean): void {
  print(`  written:      ${files.join(", ")}`);
  const log = files.find((path) => path.endsWith(".jsonl"));
  const document = files.find((path) => /trace(-\d+)?[.]json$/.test(path));
  const kept = PROPERTIES.has(property) ? (log ?? document) : document;
  if (kept !== undefined) print(`  keep it:      npx blockgraph promote ${kept}`);
  const shown = log ?? document;
  if (shown !== undefined && replays)
    print(`  see it again: npx blockgraph replay ${shown} --on sim`);
  if (log !== undefined) print(`  look at it:   npx blockgraph show ${log}`);
}
