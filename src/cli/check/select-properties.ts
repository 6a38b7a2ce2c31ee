/**
 * The properties that a check is about: all, or those that were asked for by `--property`.
 */
import { NO_DEADLOCK, onlyProperties } from "../../check/only-properties.ts";
import type { Program } from "../../check/program/program.ts";
import { BlockgraphError } from "../../error.ts";
import { didYouMean } from "./did-you-mean.ts";

export interface Selection {
  readonly program: Program;
  /** properties of the model that this check is not about */
  readonly notChecked: readonly string[];
}

/**
 * Liveness is not built yet: its properties are never checked, and the receipt says so.
 *
 * @throws BlockgraphError `bad-argument` for a property that the model does not have
 */
export function selectProperties(
  model: string,
  program: Program,
  wanted: readonly string[],
): Selection {
  const safety = [...program.properties.map(({ name }) => name), NO_DEADLOCK];
  const liveness = [...new Set(program.liveness.map(({ property }) => property))];
  for (const name of wanted) {
    if (safety.includes(name)) continue;
    if (liveness.includes(name)) {
      throw new BlockgraphError(
        "not-built-yet",
        `--property ${name}: liveness is not built yet; there is: ${safety.join(", ")}`,
      );
    }
    throw new BlockgraphError(
      "bad-argument",
      `model '${model}' has no property '${name}'; it has: ${safety.join(", ")}` +
        didYouMean(name, safety),
    );
  }
  const only = new Set(wanted.length === 0 ? safety : wanted);
  const notChecked = [...safety, ...liveness].filter((name) => !only.has(name));
  return { program: onlyProperties(program, only), notChecked };
}
