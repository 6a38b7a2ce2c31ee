/**
 * What a search for a condition came to, in words: where it began, what it saw, within what.
 */
import { nameList } from "../../report/check/name-list.ts";
import { counted } from "../../report/check/numbers.ts";
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
  const alike = symmetries.length === 0 ? "" : ` (alike ${nameList(symmetries)} counted once)`;
  const seen = `${counted(states, "state")}${alike}`;
  switch (found.kind) {
    case "found": {
      const { length } = found.trace.steps;
      if (length === 0) return `it holds already in ${where}`;
      return `${counted(length, "step")} from ${where}; ${seen} seen`;
    }
    case "nowhere":
      return (
        `no state that can be reached from ${where} is like that: all ${seen}, ` +
        `up to ${counted(found.depth, "step")} away, within ${bounds}`
      );
    case "stopped":
      return (
        `${REASONS[found.reason] ?? found.reason}; from ${where} every way was followed for ` +
        `${counted(found.depth, "step")}, ${seen} seen, within ${bounds}`
      );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  interrupted: "somebody stopped it",
  memory: "the memory that it may have is full: make the bounds smaller",
  bounds: "a way leaves the bounds of the model",
};
