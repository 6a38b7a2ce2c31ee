/** The log format for programs in other languages: the JSON Schema of one line. */
import { z } from "zod";
import { bodySchema, envelopeSchema, LOG_VERSION } from "./record.ts";

/**
 * JSON Schema, draft 2020-12, of one line of a log: the envelope and the body of one of the kinds.
 * What no schema can say is that `seq` counts the lines from 0 and `prev` is the XXH64 of the line
 * before (see chain.ts).
 *
 * @returns a fresh plain object, ready for JSON.stringify
 */
export function logJsonSchema(): Record<string, unknown> {
  const lines = bodySchema.options.map((option) =>
    z.strictObject({ ...envelopeSchema.shape, ...option.shape }).describe(option.description ?? ""),
  );
  return {
    $id: `urn:blockgraph:log:${LOG_VERSION}`,
    title: "One line of a blockgraph event log",
    ...z.toJSONSchema(z.union(lines), { target: "draft-2020-12" }),
  };
}
