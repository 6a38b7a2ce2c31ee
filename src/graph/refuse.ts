/**
 * Refusals in QEMU's words.
 */
import type { z } from "zod";
import { BlockgraphError } from "../error.ts";

/** The error of a refused graph command; `text` is what QEMU prints. */
export function refuse(text: string): BlockgraphError {
  return new BlockgraphError("graph-refused", text);
}

/**
 * Parses command arguments; what does not fit is refused as QEMU's QAPI layer does
 * (qapi/qapi-visit-core.c, qobject-input-visitor.c).
 * @param at prefix of the parameter name for nested arguments: `file.`
 */
export function parseArguments<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = "",
): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(issue === undefined ? "Invalid arguments" : qapiText(issue, at));
}

function qapiText(issue: z.core.$ZodIssue, at: string): string {
  const name = at + issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return `Parameter '${name === at ? at : `${name}.`}${issue.keys[0]}' is unexpected`;
  }
  if (issue.code === "invalid_type") {
    return issue.input === undefined
      ? `Parameter '${name}' is missing`
      : `Invalid parameter type for '${name}', expected: ${issue.expected}`;
  }
  if (issue.code === "invalid_value") {
    return issue.input === undefined
      ? `Parameter '${name}' is missing`
      : `Parameter '${name}' does not accept value '${String(issue.input)}'`;
  }
  return `Parameter '${name}' expects ${issue.message}`;
}
