/**
 * A model with a graph, as something that can be checked.
 */
import { INVARIANTS, PROPERTIES, REACHABLE } from "../../../properties/index.ts";
import { lowerModel } from "../../check/lower/model/lower-model.ts";
import type { Model } from "../../system/model.ts";
import { findMutant, propertiesOf } from "../find.ts";
import { allNamed } from "../named.ts";
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
      const names = `model '${name}' names`;
      const reachable = allNamed(names, model.reachable ?? [], REACHABLE);
      const invariants = allNamed(names, model.invariants ?? [], INVARIANTS);
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
