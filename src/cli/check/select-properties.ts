/**
 * The properties that a check is about: all, or those that were asked for by `--property`.
 */
import { NO_DEADLOCK, onlyProperties } from "../../check/only-properties.ts";
import type { Program } from "../../check/program/program.ts";
import { BlockgraphError } from "../../error.ts";
import { didYouMean } from "./did-you-mean.ts";

export interface Selection {
  readonly program: Program;
  /** properties of the model that were not asked for */
  readonly notWanted: readonly string[];
}

/**
 * @throws BlockgraphError `bad-argument` for a property that the model does not have
 */
export function selectProperties(
  model: string,
  program: Program,
  wanted: readonly string[],
): Selection {
  const safety = [...program.properties.map(({ name }) => name), NO_DEADLOCK];
  const liveness = [...new Set(program.liveness.map(({ property }) => property))];
  const all = [...safety, ...liveness];
  for (const name of wanted) {
    if (all.includes(name)) continue;
    throw new BlockgraphError(
      "bad-argument",
      `model '${model}' has no property '${name}'; it has: ${all.join(", ")}` +
        didYouMean(name, all),
    );
  }
  const only = new Set(wanted.length === 0 ? all : wanted);
  const notWanted = all.filter((name) => !only.has(name));
  return { program: onlyProperties(program, only), notWanted };
}
