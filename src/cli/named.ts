/**
 * Things that a design names, found by their names.
 */
import { BlockgraphError } from "../error.ts";
import { didYouMean } from "./check/did-you-mean.ts";

/**
 * @param says who names them, and as what: `model 'fleece' names property`
 * @throws BlockgraphError `bad-argument` listing what there is
 */
export function allNamed<Thing>(
  says: string,
  names: readonly string[],
  all: ReadonlyMap<string, Thing>,
): Thing[] {
  return names.map((name) => {
    const found = all.get(name);
    if (found !== undefined) return found;
    const known = [...all.keys()].join(", ");
    throw new BlockgraphError("bad-argument", `${says} '${name}'; there is: ${known}`);
  });
}

/** @throws BlockgraphError `bad-argument` listing the mutants of the design */
export function mutantNamed<Mutant extends { readonly name: string }>(
  { name, mutants }: { readonly name: string; readonly mutants: readonly Mutant[] },
  wanted: string,
): Mutant {
  const mutant = mutants.find((candidate) => candidate.name === wanted);
  if (mutant !== undefined) return mutant;
  const known = mutants.map((candidate) => candidate.name);
  const list = known.join(", ") || "none";
  throw new BlockgraphError(
    "bad-argument",
    `model '${name}' has no mutant '${wanted}'; it has: ${list}${didYouMean(wanted, known)}`,
  );
}
