/**
 * What `check` prints for people: the verdict, the properties, the coverage; for a violation the
 * trace, where its files are, and how to look further.
 */
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
  for (const [index, finding] of result.findings.entries()) {
    printFinding(subject, finding, statements.get(finding.property));
    printFiles(receipt.findings[index]?.files ?? [], finding);
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

/**
 * Where the trace is, and what can be done with it. A log is kept only of what simulations judge:
 * that nothing can go on, or that something waits for ever, it does not show them.
 */
function printFiles(files: readonly string[], { property }: Finding): void {
  if (files.length === 0) return;
  print("");
  print(`  written:      ${files.join(", ")}`);
  const log = files.find((path) => path.endsWith(".jsonl"));
  const document = files.find((path) => /trace(-\d+)?[.]json$/.test(path));
  const kept = PROPERTIES.has(property) ? (log ?? document) : document;
  if (kept !== undefined) print(`  keep it:      npx blockgraph promote ${kept}`);
  const shown = log ?? document;
  if (shown !== undefined) print(`  see it again: npx blockgraph replay ${shown} --on sim`);
  if (log !== undefined) print(`  look at it:   npx blockgraph show ${log}`);
}
