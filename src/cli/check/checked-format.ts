/**
 * A format sketch, as something that can be checked.
 */
import { FORMAT_PROPERTIES } from "../../../properties/format/index.ts";
import { lowerFormat } from "../../check/lower/format.ts";
import { type FormatSketch, mutateFormat } from "../../system/format-sketch.ts";
import { designOf } from "../../system/sketch.ts";
import { allNamed, mutantNamed } from "../named.ts";
import { boundsText } from "./bounds-text.ts";
import type { Checked } from "./checked.ts";

export function checkedFormat(format: FormatSketch): Checked {
  const { name, mutants } = format;
  return {
    name,
    mutants,
    source: `models/${name}.ts`,
    lower(given, mutantName) {
      const sound = designOf(format, Object.fromEntries(given));
      const mutant = mutantName === null ? null : mutantNamed(format, mutantName);
      const design = mutant === null ? sound : mutateFormat(sound, mutant);
      const names = `format sketch '${name}' names property`;
      const properties = allNamed(names, format.properties, FORMAT_PROPERTIES);
      const parameters = Object.fromEntries(
        Object.entries(format.parameters).map(([parameter, { default: fallback }]) => {
          return [parameter, given.get(parameter) ?? fallback];
        }),
      );
      const stated = [...properties, ...sound.promises];
      return {
        program: lowerFormat(design, properties),
        parameters,
        bounds: boundsText(parameters),
        statements: new Map(stated.map((each) => [each.name, each.statement])),
        writeLog: null,
      };
    },
  };
}
