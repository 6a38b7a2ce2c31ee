/**
 * All models by their names, in the order in which they are verified.
 */
import type { Model } from "../src/system/model.ts";
import { fleecing } from "./fleecing.ts";
import { imageFleecing } from "./image-fleecing.ts";

export const MODELS: ReadonlyMap<string, Model> = new Map(
  [fleecing, imageFleecing].map((model) => [model.name, model]),
);
