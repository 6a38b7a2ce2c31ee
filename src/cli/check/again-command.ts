/**
 * The command that takes a walk again which found something: as long as needed, ready to be pasted.
 */
import { type Options, parametersOf } from "./options.ts";

/** @param walk the options that say which walk, such as `--random 1 --seed 29` */
export function againCommand(model: string, options: Options, walk: string): string {
  const parameters = [...parametersOf(options)].map(([name, value]) => `--set ${name}=${value}`);
  const mutant = options.mutant === undefined ? [] : [`--mutant ${options.mutant}`];
  const properties = options.property.map((name) => `--property ${name}`);
  return ["npx blockgraph check", model, ...parameters, ...mutant, ...properties, walk].join(" ");
}
