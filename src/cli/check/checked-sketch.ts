/**
 * A sketch, as something that can be checked.
 */
import { PROPERTIES } from "../../../properties/index.ts";
import { lowerSketch } from "../../check/lower/sketch.ts";
import { BlockgraphError } from "../../error.ts";
import type { Property } from "../../system/property.ts";
import { designOf, mutateDesign, type Sketch } from "../../system/sketch.ts";
import type { Checked } from "./checked.ts";
import { didYouMean } from "./did-you-mean.ts";

export function checkedSketch(sketch: Sketch): Checked {
  const { name, mutants } = sketch;
  return {
    name,
    mutants,
    source: `models/${name}.ts`,
    lower(given, mutantName) {
      const sound = designOf(sketch, Object.fromEntries(given));
      const mutant = mutantName === null ? null : findMutant(sketch, mutantName);
      const design = mutant === null ? sound : mutateDesign(sound, mutant);
      const properties = propertiesOf(sketch);
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

function propertiesOf({ name, properties }: Sketch): Property[] {
  return properties.map((wanted) => {
    const property = PROPERTIES.get(wanted);
    if (property !== undefined) return property;
    const known = [...PROPERTIES.keys()].join(", ");
    throw new BlockgraphError(
      "bad-argument",
      `sketch '${name}' names property '${wanted}'; there is: ${known}`,
    );
  });
}

function findMutant({ name, mutants }: Sketch, wanted: string): Sketch["mutants"][number] {
  const mutant = mutants.find((candidate) => candidate.name === wanted);
  if (mutant !== undefined) return mutant;
  const known = mutants.map((candidate) => candidate.name);
  const list = known.join(", ") || "none";
  throw new BlockgraphError(
    "bad-argument",
    `model '${name}' has no mutant '${wanted}'; it has: ${list}${didYouMean(wanted, known)}`,
  );
}

/** `4 clusters, 1 guest`: parameters are named in the plural. */
function boundsText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${value} ${value === 1 ? name.replace(/s$/, "") : name}`)
    .join(", ");
}
