/**
 * Models, mutants and properties by the names that users type.
 */
import { MODELS, modelNamed } from "../../models/index.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { BlockgraphError } from "../error.ts";
import type { Model, Mutant } from "../system/model.ts";
import type { Property } from "../system/property.ts";
import { allNamed } from "./named.ts";

/** @throws BlockgraphError `model-unknown` listing the models that there are */
export function findModel(name: string): Model {
  const model = modelNamed(name);
  if (model !== undefined) return model;
  const known = [...MODELS.keys()].join(", ");
  throw new BlockgraphError("model-unknown", `there is no model '${name}'; there is: ${known}`);
}

/** The models of these names, each once; all if there are none. */
export function findModels(names: readonly string[]): Model[] {
  return names.length === 0 ? [...MODELS.values()] : [...new Set(names.map(findModel))];
}

/** @throws BlockgraphError `bad-argument` listing the model's mutants */
export function findMutant(model: Model, name: string): Mutant {
  const mutant = model.mutants.find((candidate) => candidate.name === name);
  if (mutant !== undefined) return mutant;
  const known = model.mutants.map((candidate) => candidate.name).join(", ") || "none";
  throw new BlockgraphError(
    "bad-argument",
    `model '${model.name}' has no mutant '${name}'; it has: ${known}`,
  );
}

/**
 * What to judge: the properties of a model, or all where the model is not known.
 * @throws BlockgraphError `bad-argument` if the model names a property that does not exist
 */
export function propertiesOf(model: Model | undefined): Property[] {
  if (model === undefined) return [...PROPERTIES.values()];
  return allNamed(`model '${model.name}' names property`, model.properties, PROPERTIES);
}
