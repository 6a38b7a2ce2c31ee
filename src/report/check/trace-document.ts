/**
 * A counterexample as a document: every step with the state after it, and what it was found in.
 *
 * It is complete: whoever has the model can take the same steps again, and whoever has not can
 * still read it. Numbers are as the program stores them; `fields` says what they are called.
 */
import { z } from "zod";
import type { Finding } from "../../check/result.ts";
import type { CheckSubject } from "./subject.ts";
import { subjectFields } from "./subject-fields.ts";

const count = z.int().min(0);

/** The format version of traces. */
const TRACE_VERSION = 1;

/** The `property` of a path that somebody took for its own sake: nothing is said to break on it. */
export const EXPLORED = "explored-path";

const stateSchema = z.strictObject({
  fields: z.record(z.string(), z.array(count)).describe("elements of every field"),
  nodes: z
    .record(z.string(), z.array(z.string()))
    .describe("for every process, where each instance stands"),
});

export const traceDocumentSchema = z.strictObject({
  kind: z.literal("check-trace").describe("what the document is"),
  v: z.literal(TRACE_VERSION).describe("version of the format"),
  ...subjectFields,
  parameters: z.record(z.string(), z.int()).describe("the bounds as numbers"),
  finding: z
    .strictObject({
      kind: z.enum(["property", "deadlock", "liveness", "bounds"]).describe("what went wrong"),
      property: z.string().describe("the property that was broken"),
      message: z.string().describe("in one line, for people"),
    })
    .describe("what was found"),
  fields: z
    .array(
      z.strictObject({
        name: z.string().describe("name of the field"),
        values: z
          .array(z.string())
          .nullable()
          .describe("what its values are called; null: they are numbers"),
      }),
    )
    .describe("the fields of a state"),
  initial: stateSchema.describe("the first state"),
  steps: z
    .array(
      z.strictObject({
        process: z.string().describe("the process that moves"),
        instance: count.describe("which of its instances"),
        node: z.string().describe("where that stood"),
        alternative: z.string().describe("which of its ways it takes"),
        choices: z.record(z.string(), z.int()).describe("what was chosen on the way"),
        text: z.string().describe("in one line, for people"),
        state: stateSchema.describe("the state after it"),
      }),
    )
    .describe("the steps"),
  loop: count
    .nullable()
    .describe("of a lasso: the steps after this many repeat for ever; null: it ends"),
});
export type TraceDocument = z.infer<typeof traceDocumentSchema>;

/** The document of one finding. */
export function traceDocument(subject: CheckSubject, finding: Finding): TraceDocument {
  const { model, mutant, digest, parameters, program } = subject;
  const { kind, property, message, trace } = finding;
  return traceDocumentSchema.parse({
    kind: "check-trace",
    v: TRACE_VERSION,
    ...{ model, mutant, digest, parameters },
    finding: { kind, property, message },
    fields: program.fields.map(({ name, values }) => ({ name, values })),
    initial: trace.initial,
    steps: trace.steps.map(({ step, state }) => ({ ...step, state })),
    loop: trace.loop,
  });
}

/**
 * JSON Schema, draft 2020-12, of a trace.
 *
 * @returns a fresh plain object, ready for JSON.stringify
 */
export function traceJsonSchema(): Record<string, unknown> {
  return {
    $id: `urn:blockgraph:check-trace:${TRACE_VERSION}`,
    title: "A counterexample that blockgraph check found",
    ...z.toJSONSchema(traceDocumentSchema, { target: "draft-2020-12" }),
  };
}
