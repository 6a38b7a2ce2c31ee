/**
 * A check in SARIF 2.1.0, which code scanning services and editors show beside the source.
 *
 * Rules are the properties; a result is a violation, at the file that defines the model, with the
 * steps of its trace as a code flow. A check that could not decide is no result: it is said as a
 * notification of the invocation, which then counts as not successful.
 */
import type { CheckResult, Finding } from "../../check/result.ts";
import { type Change, traceChanges } from "./changes.ts";
import type { CheckReceipt } from "./receipt.ts";
import { type CheckSubject, subjectName } from "./subject.ts";
import { whatOf, whoOf } from "./trace-lines.ts";

/** The document, ready for JSON.stringify. */
export function sarifReport(
  subject: CheckSubject,
  result: CheckResult,
  receipt: CheckReceipt,
): Readonly<Record<string, unknown>> {
  const names = result.properties.map(({ name }) => name);
  const found = result.findings.filter(({ kind }) => kind !== "bounds");
  const rules = [...new Set([...names, ...found.map(({ property }) => property)])];
  const shown = new Set(found.map(({ property }) => property));
  const missing = result.properties.filter(
    ({ name, outcome }) => outcome === "violated" && !shown.has(name),
  );
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "blockgraph",
            rules: rules.map((id) => ({ id, shortDescription: { text: id } })),
          },
        },
        invocations: [invocation(receipt)],
        results: [
          ...found.map((finding) => ({
            ...outline(subject, rules, finding.property, finding.message),
            codeFlows: [{ threadFlows: [{ locations: flow(subject, finding) }] }],
          })),
          ...missing.map(({ name }) =>
            outline(subject, rules, name, `${name} is true in no reachable state`),
          ),
        ],
        properties: { receipt: summaryOf(receipt) },
      },
    ],
  };
}

function invocation({ verdict, problem }: CheckReceipt) {
  if (verdict !== "undecided") return { executionSuccessful: true };
  const message = { text: `undecided: ${problem ?? "the search did not come to its end"}` };
  return {
    executionSuccessful: false,
    toolExecutionNotifications: [{ level: "error", message }],
  };
}

function summaryOf({ digest, bounds, verdict, states, transitions, depth }: CheckReceipt) {
  return { digest, bounds, verdict, states, transitions, depth };
}

function outline(subject: CheckSubject, rules: readonly string[], ruleId: string, text: string) {
  const what = `${subjectName(subject)}, ${subject.bounds}: ${text}`;
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: "error",
    message: { text: what },
    locations: [place(subject)],
  };
}

function place({ source, model }: CheckSubject) {
  return {
    physicalLocation: { artifactLocation: { uri: source } },
    logicalLocations: [{ name: model, kind: "module" }],
  };
}

function flow(subject: CheckSubject, { trace }: Finding) {
  const changes = traceChanges(subject.program, trace);
  return trace.steps.map((taken, index) => ({
    executionOrder: index + 1,
    location: {
      ...place(subject),
      message: { text: `${whoOf(subject.program, taken)}: ${whatOf(subject.program, taken)}` },
    },
    state: Object.fromEntries((changes[index] ?? []).map(stateEntry)),
  }));
}

function stateEntry({ label, before, after }: Change) {
  return [label, { text: `${before} -> ${after}` }];
}
