/**
 * A sketch, as something that can be checked.
 */
import { PROPERTIES } from "../../../properties/index.ts";
import { lowerSketch } from "../../check/lower/sketch.ts";
import { designOf, mutateDesign, type Sketch } from "../../system/sketch.ts";
import { allNamed, mutantNamed } from "../named.ts";
import { boundsText } from "./bounds-text.ts";
import type { Checked } from "./checked.ts";

export function checkedSketch(sketch: Sketch): Checked {
  const { name, mutants } = sketch;
  return {
    name,
    mutants,
    source: `models/${name}.ts`,
    lower(given, mutantName) {
      const sound = designOf(sketch, Object.fromEntries(given));
      const mutant = mutantName === null ? null : mutantNamed(sketch, mutantName);
      const design = mutant === null ? sound : mutateDesign(sound, mutant);
      const properties = allNamed(`sketch '${name}' names property`, sketch.properties, PROPERTIES);
      const parameters = Object.fromEntries(
        Object.entries(sketch.parameters).map(([parameter, { default: fallback }]) => {
          return [parameter, given.get(parameter) ?? fallback];
        }),
      );
      const stated = [...properties, ...sound.promises];
      return {
        program: lowerSketch(design, properties),
        parameters,
        bounds: boundsText(parameters),
        statements: new Map(stated.map((each) => [each.name, each.statement])),
        writeLog: null,
      };
    },
  };
}
