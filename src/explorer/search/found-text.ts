/**
 * What a search for a condition came to, in words: where it began, what it saw, within what.
 */
import type { FoundCondition } from "./find-condition.ts";

/** Where a search began, and the bounds of the model, for people. */
export interface SearchScope {
  /** `the beginning` */
  readonly where: string;
  /** `2 clusters, 2 guests` */
  readonly bounds: string;
}

/** One line. */
export function foundText(found: FoundCondition, { where, bounds }: SearchScope): string {
  const { states, symmetries } = found;
  const alike = symmetries.length === 0 ? "" : ` (alike ${listText(symmetries)} counted once)`;
  const seen = `${countText(states, "state")}${alike}`;
  switch (found.kind) {
    case "found": {
      const { length } = found.trace.steps;
      if (length === 0) return `it holds already in ${where}`;
      return `${countText(length, "step")} from ${where}; ${seen} seen`;
    }
    case "nowhere":
      return (
        `no state that can be reached from ${where} is like that: all ${seen}, ` +
        `up to ${countText(found.depth, "step")} away, within ${bounds}`
      );
    case "stopped":
      return (
        `${REASONS[found.reason] ?? found.reason}; from ${where} every way was followed for ` +
        `${countText(found.depth, "step")}, ${seen} seen, within ${bounds}`
      );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  interrupted: "somebody stopped it",
  memory: "the memory that it may have is full: make the bounds smaller",
  bounds: "a way leaves the bounds of the model",
};

const number = new Intl.NumberFormat("en");

function countText(count: number, what: string): string {
  return `${number.format(count)} ${what}${count === 1 ? "" : "s"}`;
}

function listText(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
