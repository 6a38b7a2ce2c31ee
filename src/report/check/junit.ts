/**
 * A check as JUnit XML, which every CI system reads: one suite for the model, one case for each
 * property, the trace inside the failure.
 *
 * A property that is undecided is an error: the check did not do its work. Where another one is
 * violated, which ended the search, it is skipped instead, so that the one failure stands out; and
 * so is a property that the check was not about.
 */
import type { CheckResult, PropertyResult } from "../../check/result.ts";
import type { CheckReceipt } from "./receipt.ts";
import { type CheckSubject, subjectName } from "./subject.ts";
import { traceLines } from "./trace-lines.ts";
import { type Element, element, xmlDocument } from "./xml.ts";

/** The document. */
export function junitReport(
  subject: CheckSubject,
  result: CheckResult,
  receipt: CheckReceipt,
): string {
  const time = receipt.seconds.toFixed(3);
  const cases = testCases(subject, result, receipt);
  const count = (name: string) => cases.filter(({ content }) => named(content, name)).length;
  const sums = {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time,
  };
  const output = element("system-out", {}, [
    `${receipt.bounds}: ${receipt.states} states, ${receipt.transitions} transitions`,
  ]);
  const suite = element("testsuite", { name: subjectName(subject), ...sums }, [...cases, output]);
  return xmlDocument(element("testsuites", { name: "blockgraph check", ...sums }, [suite]));
}

function named(content: Element["content"], name: string): boolean {
  return content.some((part) => typeof part !== "string" && part.name === name);
}

function testCases(subject: CheckSubject, result: CheckResult, receipt: CheckReceipt): Element[] {
  const judged = result.properties.map(({ name }) => name);
  const others = result.findings.filter(({ property }) => !judged.includes(property));
  const properties: readonly Pick<PropertyResult, "name" | "outcome">[] = [
    ...result.properties,
    ...others.map(({ property }) => ({ name: property, outcome: "violated" as const })),
  ];
  return [
    ...properties.map(({ name, outcome }) => testCase(name, outcomeElements(name, outcome))),
    ...receipt.notChecked.map((name) =>
      testCase(name, [element("skipped", { message: "this check was not about it" })]),
    ),
  ];

  function testCase(name: string, content: readonly Element[]): Element {
    const time = receipt.seconds.toFixed(3);
    return element("testcase", { classname: `blockgraph.${subject.model}`, name, time }, content);
  }

  function outcomeElements(name: string, outcome: PropertyResult["outcome"]): Element[] {
    if (outcome === "holds") return [];
    const message = receipt.problem ?? outcome;
    const finding = result.findings.find(({ property }) => property === name);
    if (finding !== undefined) {
      const type = finding.kind;
      const tag = type === "bounds" ? "error" : "failure";
      const lines = traceLines(subject.program, finding.trace);
      return [element(tag, { message: finding.message, type }, [["", ...lines, ""].join("\n")])];
    }
    if (outcome === "violated") return [element("failure", { message, type: "unreachable" })];
    if (receipt.verdict === "violated") {
      return [element("skipped", { message: "the search ended with a violation" })];
    }
    return [element("error", { message, type: outcome })];
  }
}
