/**
 * Does a value fit the schema of a record's body? One judge for writer, reader and scripts, so that
 * what can be written can be read, and one wording for what is wrong.
 *
 * The value itself is kept, not zod's copy of it: the schema changes nothing, and the state must
 * come from what stands in the log.
 */
import { compileQuick } from "./quick.ts";
import { bodySchema, type LogBody } from "./record.ts";

const kinds = bodySchema.options.map((option) => option.shape.kind.value);
const quick = compileQuick(bodySchema, 0);

/** Whether a value is a record body, without envelope. */
export function isBody(value: unknown): value is LogBody {
  return quick(value) || parsed(value)?.success === true;
}

/** null: nested so deeply that no schema can look at it */
function parsed(value: unknown): ReturnType<typeof bodySchema.safeParse> | null {
  try {
    return bodySchema.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What keeps a value from being a record body: names the field and the reason, in one line. */
export function bodyComplaint(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "it is not a JSON object";
  }
  const kind: unknown = "kind" in value ? value.kind : undefined;
  if (!kinds.some((known) => known === kind)) {
    const got = kind === undefined ? "kind is missing" : `kind is ${JSON.stringify(kind)}`;
    return `${got}, expected one of ${kinds.join(", ")}`;
  }
  const issue = parsed(value)?.error?.issues[0];
  if (issue === undefined) return "it is nested too deeply";
  const path = issue.path.join(".");
  return `${path === "" ? `kind ${String(kind)}` : path}: ${issue.message}`;
}
