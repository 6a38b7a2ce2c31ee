/**
 * A model with a graph, as something that can be checked.
 */
import { INVARIANTS, PROPERTIES, REACHABLE } from "../../../properties/index.ts";
import { lowerModel } from "../../check/lower/model/lower-model.ts";
import { BlockgraphError } from "../../error.ts";
import type { Model } from "../../system/model.ts";
import { findMutant, propertiesOf } from "../find.ts";
import type { Checked } from "./checked.ts";
import { boundsText, narrowBounds } from "./narrow-bounds.ts";
import { writeTraceLog } from "./trace-log.ts";

export function checkedModel(model: Model): Checked {
  const { name, mutants } = model;
  return {
    name,
    mutants,
    source: `models/${name}.ts`,
    lower(given, mutantName) {
      const mutant = mutantName === null ? null : findMutant(model, mutantName);
      const watched = propertiesOf(model);
      const reachable = named(model, model.reachable, REACHABLE);
      const invariants = named(model, model.invariants, INVARIANTS);
      const properties = [...watched, ...reachable];
      const bounds = narrowBounds(model, given);
      const lowered = lowerModel(model, { properties, invariants, mutant, bounds });
      return {
        program: lowered.program,
        parameters: { ...bounds },
        bounds: boundsText(model, bounds),
        statements: new Map(
          [...PROPERTIES.values(), ...reachable, ...invariants].map((each) => [
            each.name,
            each.statement,
          ]),
        ),
        writeLog: (path, finding) =>
          writeTraceLog(path, { lowered, properties: watched, mutant }, finding),
      };
    },
  };
}

function named<Thing>(
  model: Model,
  names: readonly string[] | undefined,
  all: ReadonlyMap<string, Thing>,
): Thing[] {
  return (names ?? []).map((name) => {
    const found = all.get(name);
    if (found !== undefined) return found;
    const known = [...all.keys()].join(", ");
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' names '${name}'; there is: ${known}`,
    );
  });
}
