/**
 * A counterexample as a document: every step with the state after it, and what it was found in.
 *
 * It is complete: whoever has the model can take the same steps again, and whoever has not can
 * still read it. Numbers are as the program stores them; `fields` says what they are called.
 */
import { z } from "zod";
import type { Finding } from "../../check/result.ts";
import type { CheckSubject } from "./subject.ts";

const count = z.int().min(0);

/** The format version of traces. */
const TRACE_VERSION = 1;

/** The `property` of a path that somebody took for its own sake: nothing is said to break on it. */
export const EXPLORED = "explored-path";

const stateSchema = z.strictObject({
  /** elements of every field */
  fields: z.record(z.string(), z.array(count)),
  /** for every process, where each instance stands */
  nodes: z.record(z.string(), z.array(z.string())),
});

export const traceDocumentSchema = z.strictObject({
  kind: z.literal("check-trace"),
  v: z.literal(TRACE_VERSION),
  model: z.string(),
  mutant: z.string().nullable(),
  /** of the program that was checked */
  digest: z.string().regex(/^[0-9a-f]{16}$/),
  parameters: z.record(z.string(), z.int()),
  finding: z.strictObject({
    kind: z.enum(["property", "deadlock", "liveness", "bounds"]),
    property: z.string(),
    message: z.string(),
  }),
  /** what the values of fields are called; null: numbers */
  fields: z.array(z.strictObject({ name: z.string(), values: z.array(z.string()).nullable() })),
  initial: stateSchema,
  steps: z.array(
    z.strictObject({
      process: z.string(),
      instance: count,
      /** the rest that it left */
      node: z.string(),
      alternative: z.string(),
      choices: z.record(z.string(), z.int()),
      text: z.string(),
      state: stateSchema,
    }),
  ),
  /** of a lasso: the steps after this many repeat for ever; null: the trace just ends */
  loop: count.nullable(),
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
