/**
 * The formats that other programs read: JUnit, SARIF, ITF, Mermaid, and our own trace documents.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProgramState } from "../../../src/check/program/state.ts";
import type { CheckResult, Finding } from "../../../src/check/result.ts";
import { itfTrace } from "../../../src/report/check/itf.ts";
import { junitReport } from "../../../src/report/check/junit.ts";
import { mermaidDiagram } from "../../../src/report/check/mermaid.ts";
import { sarifReport } from "../../../src/report/check/sarif.ts";
import {
  traceDocument,
  traceDocumentSchema,
  traceJsonSchema,
} from "../../../src/report/check/trace-document.ts";
import { traceLines } from "../../../src/report/check/trace-lines.ts";
import { element, xmlDocument } from "../../../src/report/check/xml.ts";
import { type ParsedElement, parseXml } from "./parse-xml.ts";
import {
  FINDING,
  HOLDS,
  PROGRAM,
  receiptOf,
  SUBJECT,
  TRACE,
  UNDECIDED,
  VIOLATED,
} from "./sample.ts";

const LASSO: Finding = { ...FINDING, kind: "liveness", trace: { ...TRACE, loop: 1 } };

describe("a trace as text", () => {
  test("has one line for each step, with what changed and nothing else", () => {
    expect(traceLines(PROGRAM, TRACE)).toEqual([
      "  1   guest 1   choose cluster 0; value #3   idle -> writing; data[1] 0 -> 3",
      "  2   reader    begin to read the disk       idle -> reading",
      "  3   guest 1   write                        " +
        "writing -> idle; disk[0] old -> new; data[1] 3 -> 0",
    ]);
  });

  test("does not say again who took the step, neither in its text nor with what he owns", () => {
    const fields = PROGRAM.fields.map((field) =>
      field.name === "data" ? { ...field, name: "guest.data" } : field,
    );
    const renamed = (state: ProgramState) => {
      const { data = [], ...others } = state.fields;
      return { ...state, fields: { ...others, "guest.data": data } };
    };
    const steps = TRACE.steps.map(({ step, state }) => ({
      step: { ...step, text: `${step.process} ${step.instance} ${step.text}` },
      state: renamed(state),
    }));
    const trace = { ...TRACE, initial: renamed(TRACE.initial), steps };
    expect(traceLines({ ...PROGRAM, fields }, trace).slice(0, 2)).toEqual([
      "  1   guest 1   choose cluster 0; value #3   idle -> writing; data 0 -> 3",
      "  2   reader    begin to read the disk       idle -> reading",
    ]);
  });

  test("says where a lasso begins to repeat", () => {
    const lines = traceLines(PROGRAM, LASSO.trace);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe("  and from here on, for ever:");
  });
});

describe("a trace document", () => {
  test("survives being written and read, and holds the whole trace", () => {
    const document = traceDocument(SUBJECT, LASSO);
    const read = traceDocumentSchema.parse(JSON.parse(JSON.stringify(document)));
    expect(read).toEqual(document);
    expect(read.initial).toEqual(TRACE.initial);
    expect(read.steps.map(({ state }) => state)).toEqual(TRACE.steps.map(({ state }) => state));
    expect(read.steps[0]).toMatchObject(TRACE.steps[0]?.step ?? {});
    expect(read.loop).toBe(1);
  });

  test("has a JSON Schema that is closed and names every field", () => {
    const schema = traceJsonSchema();
    expect(schema).toMatchObject({ $id: "urn:blockgraph:check-trace:1" });
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(Object.keys(traceDocument(SUBJECT, FINDING)));
  });
});

describe("ITF", () => {
  const itf = itfTrace(SUBJECT, LASSO);

  test("gives every variable in every state, and numbers the states", () => {
    expect(itf.vars).toEqual([
      ...["disk", "data", "phase", "at::guest", "at::reader"],
      ...["mbt::actionTaken", "mbt::nondetPicks"],
    ]);
    expect(itf.states).toHaveLength(TRACE.steps.length + 1);
    for (const [index, state] of itf.states.entries()) {
      expect(Object.keys(state)).toEqual(["#meta", ...itf.vars]);
      expect(state["#meta"]).toEqual({ index });
    }
  });

  test("has no number outside of #meta and loop: integers are #bigint", () => {
    const numbers: unknown[] = [];
    for (const { "#meta": _meta, ...variables } of itf.states) {
      JSON.stringify(variables, (_key, value: unknown) => {
        if (typeof value === "number") numbers.push(value);
        return value;
      });
    }
    expect(numbers).toEqual([]);
    expect(itf.states[1]).toMatchObject({
      data: [{ "#bigint": "0" }, { "#bigint": "3" }],
      disk: ["old", "old"],
      "at::guest": ["idle", "writing"],
    });
  });

  test("says which step led to a state, what was chosen, and where a lasso closes", () => {
    const none = { tag: "None", value: { "#tup": [] } };
    expect(itf.states[0]).toMatchObject({
      "mbt::actionTaken": "init",
      "mbt::nondetPicks": { c: none, v: none },
    });
    expect(itf.states[3]).toMatchObject({
      "mbt::actionTaken": "guest::write",
      "mbt::nondetPicks": { c: { tag: "Some", value: { "#bigint": "0" } }, v: none },
    });
    expect(itf.loop).toBe(1);
    expect("loop" in itfTrace(SUBJECT, FINDING)).toBe(false);
  });
});

describe("a Mermaid diagram", () => {
  test("has lifelines for those who step and what they share, and an arrow for each change", () => {
    expect(mermaidDiagram(SUBJECT, FINDING).split("\n")).toEqual([
      "sequenceDiagram",
      "  %% sample, 2 clusters, 2 guests",
      "  actor p_guest_1 as guest 1",
      "  actor p_reader_0 as reader",
      "  participant f_disk as disk",
      "  Note over p_guest_1: 1. choose cluster 0#59; value #35;3",
      "  p_reader_0->>f_disk: 2. begin to read the disk",
      "  p_guest_1->>f_disk: 3. write, disk[0] old -> new",
      "  Note over p_guest_1,p_reader_0: " +
        'view-is-old: the reader got "new" <- where "old" was & due',
      "",
    ]);
  });

  test("puts the steps that repeat into a loop", () => {
    const lines = mermaidDiagram(SUBJECT, LASSO).split("\n");
    expect(lines.indexOf("  loop for ever")).toBe(6);
    expect(lines.indexOf("  end")).toBe(9);
  });

  test("stays well-formed, whatever the texts say", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
        const steps = TRACE.steps.map((taken) => ({ ...taken, step: { ...taken.step, text } }));
        const finding = { ...FINDING, message: text, trace: { ...TRACE, steps } };
        const lines = mermaidDiagram(SUBJECT, finding).trimEnd().split("\n").slice(5);
        expect(lines).toHaveLength(4);
        for (const line of lines) {
          expect(line).toMatch(/^ {2}(Note over [\w,]+|\w+->>\w+): ([^;#]|#(35|59);)+$/u);
        }
      }),
    );
  });
});

describe("XML", () => {
  test("is well-formed, and says what it was given, as far as XML can", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const inner = element("b", {}, [content]);
        const parsed = parseXml(xmlDocument(element("a", { name: attribute }, [inner])));
        const sayable = (value: string) =>
          value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");
        expect(parsed.attributes.name).toBe(sayable(attribute));
        expect(parsed.elements[0]?.text).toBe(sayable(content));
      }),
    );
  });
});

describe("JUnit", () => {
  function suite(result: CheckResult, notChecked: readonly string[] = []): ParsedElement {
    const root = parseXml(junitReport(SUBJECT, result, receiptOf(result, { notChecked })));
    const [only] = root.elements;
    if (root.name !== "testsuites" || only === undefined) throw new Error("no suite");
    return only;
  }
  const cases = (of: ParsedElement) => of.elements.filter(({ name }) => name === "testcase");

  test("has a case for each property, and none of them fails if all hold", () => {
    const { attributes, ...holds } = suite(HOLDS);
    const expected = { name: "sample", tests: "2", failures: "0", errors: "0", skipped: "0" };
    expect(attributes).toMatchObject(expected);
    expect(cases({ attributes, ...holds }).map((one) => one.attributes)).toEqual([
      { classname: "blockgraph.sample", name: "view-is-old", time: "0.500" },
      { classname: "blockgraph.sample", name: "somebody-writes", time: "0.500" },
    ]);
  });

  test("has the trace in the failure; what the violation left undecided is skipped", () => {
    const violated = suite(VIOLATED);
    expect(violated.attributes).toMatchObject({ failures: "1", errors: "0", skipped: "1" });
    const [failed] = cases(violated);
    expect(failed?.elements[0]).toMatchObject({
      name: "failure",
      attributes: { message: FINDING.message, type: "property" },
    });
    expect(failed?.elements[0]?.text.trim().split("\n")).toHaveLength(3);
  });

  test("skips what the check was not about", () => {
    const part = suite(HOLDS, ["requests-end"]);
    expect(part.attributes).toMatchObject({ tests: "3", failures: "0", errors: "0", skipped: "1" });
    expect(cases(part)[2]?.attributes.name).toBe("requests-end");
    expect(cases(part)[2]?.elements[0]?.name).toBe("skipped");
  });

  test("counts what is undecided as an error, so that no CI takes it for a success", () => {
    const undecided = suite(UNDECIDED);
    expect(undecided.attributes).toMatchObject({ tests: "2", failures: "0", errors: "1" });
    expect(cases(undecided)[0]?.elements[0]?.attributes.message).toContain("--max-states");
  });

  test("has a case for a deadlock, which is no property of the model's own", () => {
    const finding: Finding = { ...FINDING, kind: "deadlock", property: "no-deadlock" };
    const dead = suite({ ...VIOLATED, properties: HOLDS.properties, findings: [finding] });
    expect(dead.attributes).toMatchObject({ tests: "3", failures: "1" });
  });
});

describe("SARIF", () => {
  const document = (result: CheckResult) =>
    JSON.parse(JSON.stringify(sarifReport(SUBJECT, result, receiptOf(result))));

  test("has the members that the standard requires", () => {
    for (const result of [HOLDS, VIOLATED, UNDECIDED]) {
      const sarif = document(result);
      expect(sarif.version).toBe("2.1.0");
      expect(sarif.runs).toHaveLength(1);
      const [run] = sarif.runs;
      expect(run.tool.driver.name).toBe("blockgraph");
      const rules = run.tool.driver.rules.map(({ id }: { id: string }) => id);
      expect(rules).toEqual(["view-is-old", "somebody-writes"]);
      for (const { ruleId, ruleIndex, message } of run.results) {
        expect(rules[ruleIndex]).toBe(ruleId);
        expect(message.text).not.toBe("");
      }
    }
  });

  test("has a violation with every step of its trace", () => {
    const [run] = document(VIOLATED).runs;
    expect(run.results).toHaveLength(1);
    const [{ level, locations, codeFlows }] = run.results;
    expect(level).toBe("error");
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe("models/sample.ts");
    const { locations: steps } = codeFlows[0].threadFlows[0];
    expect(steps).toHaveLength(3);
    expect(steps[2]).toMatchObject({
      executionOrder: 3,
      location: { message: { text: "guest 1: write" } },
      state: { "disk[0]": { text: "old -> new" } },
    });
  });

  test("has no result where nothing was found, and says when the check could not decide", () => {
    expect(document(HOLDS).runs[0]).toMatchObject({
      results: [],
      invocations: [{ executionSuccessful: true }],
    });
    const [run] = document(UNDECIDED).runs;
    expect(run.results).toEqual([]);
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications[0].message.text).toContain("--max-states");
  });
});
