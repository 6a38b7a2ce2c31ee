/** What is said when a step leaves a program's bounds. */
import type { Field } from "./program.ts";

/** The message of a `set` that does not fit; the same from whoever executes the program. */
export function outOfBounds(process: string, field: Field): string {
  return (
    `${process} sets ${field.name} outside its bounds ` +
    `(${field.count} elements from 0 to ${field.size - 1}); widen it or offer less`
  );
}
