/**
 * The digest of a program: two programs with the same digest are the same to every checker.
 */
import { hasher } from "../log/chain.ts";
import type { Program } from "./program/program.ts";

/** XXH64 of the program as JSON with sorted keys: 16 lower-case hexadecimal digits. */
export function programDigest(program: Program): string {
  return hasher.digest(Buffer.from(JSON.stringify(program, sortedKeys)));
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
