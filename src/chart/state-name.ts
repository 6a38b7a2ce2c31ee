/**
 * How a state is printed: the active states joined by `·`, then what the context holds.
 */
import type { StateValue } from "xstate";

/** `dirty·no·allowed frozen=1`; a context field that is null is left out. */
export function stateName(value: StateValue, context: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(context)
    .filter(([, content]) => content !== null)
    .map(([field, content]) => ` ${field}=${String(content)}`);
  return leaves(value).join("·") + fields.join("");
}

function leaves(value: StateValue): string[] {
  if (typeof value === "string") return [value];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined || (typeof inner === "object" && Object.keys(inner).length === 0)
      ? [name]
      : leaves(inner),
  );
}
