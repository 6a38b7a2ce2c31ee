/**
 * All objects in a JSON value, outer ones first. A log may nest deeper than a stack is.
 */
import type { JsonObject } from "../../graph/graph.ts";

export function objectsIn(value: unknown): JsonObject[] {
  const objects: JsonObject[] = [];
  const pending = [value];
  for (const each of pending) {
    if (typeof each !== "object" || each === null) continue;
    if (isObject(each)) objects.push(each);
    for (const inner of Object.values(each)) pending.push(inner);
  }
  return objects;
}

function isObject(value: object): value is JsonObject {
  return !Array.isArray(value);
}
